import { Lexicon } from '../../text/lexicon.ts'
import { rememberLast } from '../../text/remember.ts'

/**
 * What a fluent attack is made of: a matter that does harm, and what is put around it so that it seems none. Each of
 * these is in harmless prompts too; together they are rarer.
 */
type Cue = 'harm' | 'fiction' | 'role' | 'pretext' | 'detail' | 'stealth'

const CUES = new Lexicon<Cue>({
  harm: `hack*, malware, ransomware, virus, viruses, trojan*, spyware, keylogger*, phish*, exploit*, ddos, botnet*, crack, cracking, password cracking, brute force, steal*, stole, stolen, theft*, thief, thieves, rob, robbery, robbing, burglar*, break into, breaking into, broke into, shoplift*, smuggl*, traffick*, launder*, fraud*, scam*, ponzi, pyramid scheme*, counterfeit*, forge, forged, forging, forger*, fake id*, fake passport*, identity theft, embezzl*, bribe*, bribing, blackmail*, extort*, ransom*, tax evasion, evade taxes, evading taxes, insider trading, insider information, pirat*, cheat*, plagiari*, bypass*, hotwir*, pickpocket*, tamper*, sabotag*, vandal*, arson*, set fire, setting fire,
    bomb*, explosive*, detonat*, grenade*, weapon*, firearm*, gun, guns, ghost gun*, silencer*, ammunition, knife attack, shooting, shooter*, massacre*, murder*, kill, killing, killer*, assassin*, poison*, toxin*, nerve agent*, ricin, anthrax, bioweapon*, chemical weapon*, tortur*, kidnap*, hostage*, abduct*, strangl*, dismember*, cannibal*, terroris*, jihad*, extremis*, radicali*, militia*, insurrection,
    drug, drugs, meth, methamphetamine, cocaine, heroin, fentanyl, lsd, ecstasy, opioid*, narcotic*, cartel*, dealer*, overdos*, suicid*, self-harm*, self harm*, anorexi*, bulimi*, starv*, cutting myself, thinspo,
    racis*, racial slur*, slur, slurs, white supremac*, supremac*, nazi*, neo-nazi*, hitler, holocaust, genocid*, ethnic cleansing, xenophob*, islamophob*, antisemit*, sexis*, misogyn*, homophob*, transphob*, discriminat*, bigot*, hatred, hateful, hate speech, degrad*, dehumani*, demean*, inferior, superior race, slave*, stereotyp*, body sham*, fat sham*, ableis*, bully*, bullie*, harass*, stalk*, dox*, threaten*, intimidat*, humiliat*, ridicul*, defam*, slander*, libel*,
    rape*, raping, rapist*, molest*, pedophil*, child porn*, csam, minors, underage, incest*, bestiality, porn*, sexual*, explicit sex*, nude*, deepfake*, revenge porn, sextort*, voyeur*, grooming, prostitut*, prostitution, brothel*,
    propaganda, disinformation, misinformation, conspirac*, fake news, fake reviews, hoax*, rigged, flat earth, anti-vax*, manipulat*, brainwash*, deceiv*, deceptive*, mislead*, illegal*, illicit*, unlawful*, criminal*, crime, crimes, heist*, black market, dark web, money mule*, shell compan*, cryptojack*, wiretap*, eavesdrop*, spy on, spying on, surveil*, poach*, endangered, toxic waste, cyberattack*, cyber attack*, attack*, drunk driving, cruelty, abus*, violen*, vigilant*, catfish*,
    黑客, 木马, 病毒, 勒索, 钓鱼, 盗取, 盗窃, 盗刷, 偷, 抢劫, 入室, 撬锁, 走私, 偷渡, 贩卖, 拐卖, 洗钱, 诈骗, 骗取, 骗, 传销, 伪造, 假证, 假钞, 冒用, 贪污, 贿赂, 行贿, 敲诈, 绑架, 逃税, 偷税, 隐瞒收入, 内幕, 盗版, 破解, 作弊, 抄袭, 瘫痪, 破坏, 纵火, 骗保, 炸弹, 炸药, 爆炸, 枪支, 手枪, 弹药, 武器, 刀具, 杀人, 杀害, 谋杀, 杀死, 毒药, 下毒, 投毒, 毒死, 拷打, 酷刑, 折磨, 肢解, 尸体, 恐怖, 极端组织, 毒品, 冰毒, 大麻, 海洛因, 吸毒, 贩毒, 自杀, 自残, 轻生, 割腕, 绝食, 催吐, 歧视, 种族, 劣等, 纳粹, 屠杀, 仇恨, 排斥, 抹黑, 霸凌, 孤立, 骚扰, 跟踪, 尾随, 人肉, 威胁, 恐吓, 羞辱, 诽谤, 造谣, 谣言, 强奸, 迷药, 猥亵, 未成年, 色情, 裸照, 偷拍, 换脸, 卖淫, 虚假, 谎言, 洗脑, 操纵, 带节奏, 非法, 违法, 犯罪, 暗网, 黑市, 监听, 监控软件, 窃取, 套取, 攻击, 撞库, 爆破, 酒驾, 酒后驾车, 虐待, 暴力, 偷排, 假慈善, 逃避警察, 虐猫, 代孕, 器官买卖`,
  fiction: `novel, novelist*, fiction*, story, stories, storyline, screenplay*, screenwriter*, script, scriptwriter*, scene, scenes, plot, character, characters, protagonist*, antagonist*, villain*, dystopian*, dystopia, utopia*, movie, movies, film, films, play, playwright*, drama, game, video game*, role-play*, roleplay*, simulation*, simulat*, hypothetical*, imagine, pretend, suppose, alternate history, alternate reality, alternate universe, parallel world, parallel universe, thought experiment, dream, fantasy, sci-fi, satire, satirical, comedy, monologue, diary, podcast, legend, myth,
    小说, 虚构, 剧本, 故事, 剧情, 台词, 角色, 反派, 主角, 电影, 电视剧, 话剧, 游戏, 模拟, 假设, 假如, 假装, 想象, 平行世界, 思想实验, 扮演, 独白, 日记`,
  role: `you are a, you are an, you're a, you're an, you are the, act as, acting as, imagine you are, imagine yourself, assume the role, in the role of, your task is, your mission, your job is, your goal is, your assignment, you have been hired, you have been tasked, you have been asked, you've been hired, you've been tasked, you must, stay in character, from the perspective of, in the voice of, as a,
    你是一, 你是, 你现在是, 扮演, 充当, 作为一名, 作为一位, 你的任务, 以第一人称, 的口吻, 的身份, 代入`,
  pretext: `educational purpose*, for education, educational, research purposes, for research, academic, awareness, hypothetical scenario, purely, fictional purposes, fictional scenario, not real, never be used, not be used, in real life, real-life, real life, no real, legitimate, ethical hack*, penetration test*, security test*, to better understand, to understand, for science, just a game, only fiction, only a story, it is only, this is only, with no consequences, satirical purposes, artistic, for safety, remember, promise, my job depends, my career, deadline, life depends, save lives, would be helping,
    仅用于, 仅供, 教育目的, 学习目的, 研究需要, 为了研究, 为了教学, 为了培训, 只是虚构, 只是故事, 纯属虚构, 不会用于, 现实后果, 公众意识, 授权, 红队, 测试, 为了作品, 为了真实, 记住`,
  detail: `step-by-step, step by step, detailed, in detail, great detail, specific, specifics, comprehensive, thorough, instructions, tutorial, walkthrough, guide, methods, techniques, strategies, exact, precise, concrete, practical, realistic, authentic, convincing, persuasive, compelling, plausible, credible, blueprint, leave nothing out, leaving nothing out, ingredients, materials, formula, recipe, procedure, tools,
    一步一步, 详细, 具体, 步骤, 完整, 方法, 流程, 手册, 操作, 材料, 用量, 手法, 技巧, 有说服力, 不要省略, 不要遗漏, 越具体, 方案, 细节`,
  stealth: `without being caught, without getting caught, get away with, undetected, undetectable, detection, untraceable, secretly, secret, covert*, discreet*, anonymous*, conceal*, hide, hiding, hidden, evade, evading, evad*, disguise*, without raising suspicion, suspicion, unnoticed, without consent, without permission, without their knowledge, unauthori*, cover up, cover your tracks,
    不被发现, 不留痕迹, 秘密, 偷偷, 暗中, 匿名, 隐藏, 伪装, 逃避, 掩盖, 未经, 不被查到, 不被抓`,
})

/** What is put around a matter so that it seems harmless. */
const COVERS: readonly Cue[] = ['fiction', 'role', 'pretext', 'detail', 'stealth']
/** Covers that count by themselves too. Harm alone does not: a plain question about it is no attack. */
const NAMED: readonly Cue[] = ['fiction', 'role', 'pretext']

/** The named features: covers, harm under each cover, and harm under several. */
export const JAILBREAK_CUES: readonly string[] = [
  ...NAMED,
  ...COVERS.map((cover) => `harm under ${cover}`),
  'harm under two covers',
]

/** How many words of a kind count in full. */
const ENOUGH = 3

const cuesIn = rememberLast((text: string) => CUES.find(text))

/** The cues between two places of a text, 0-1 each, in the order of `JAILBREAK_CUES`. */
export function jailbreakCues(text: string, from: number, to: number): number[] {
  const counts = new Map<Cue, number>()
  for (const { category, start } of cuesIn(text))
    if (start >= from && start < to) counts.set(category, (counts.get(category) ?? 0) + 1)
  const share = (cue: Cue): number => Math.min(1, (counts.get(cue) ?? 0) / ENOUGH)
  const harm = share('harm')
  const covers = COVERS.map(share)
  const covered = covers.map((cover) => Math.min(harm, cover))
  const isCoveredTwice = covers.filter((cover) => cover > 0).length >= 2
  return [...NAMED.map(share), ...covered, isCoveredTwice ? harm : 0]
}
