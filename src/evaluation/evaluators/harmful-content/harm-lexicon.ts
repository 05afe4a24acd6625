import { Lexicon } from '../../text/lexicon.ts'

export type HarmCategory = 'hate' | 'harassment' | 'violence' | 'self-harm' | 'sexual' | 'illegal'

/** Words that tell of what kind a harmful text is. They do not tell whether it is harmful: that is the model's part. */
export const HARM_TERMS = new Lexicon<HarmCategory>({
  hate: `racial*, racis*, race, inferior*, superior race, white power, ethnic*, immigrant*, muslim*, jew*, jewish, black people, gay*, lesbian*, homosexual*, transgender*, disabled, minority, minorities, xenophob*, islamophob*, antisemit*, holocaust, supremac*, genocide*, subhuman*, slur*, women are, sexis*, misogyn*, stereotype*,
    种族, 歧视, 劣等, 少数民族, 外地人, 黑人, 犹太, 穆斯林, 同性恋, 残疾人, 移民, 低人一等, 纳粹, 仇恨`,
  harassment: `harass*, bully*, bullie*, stalk*, humiliat*, shame, shaming, blackmail*, threaten*, intimidat*, dox*, defam*, slander*, libel*, insult*, mock*, ridicul*, rumor*, rumour*,
    骚扰, 霸凌, 跟踪, 羞辱, 威胁, 恐吓, 勒索, 诽谤, 人肉, 造谣, 侮辱, 嘲笑`,
  violence: `kill*, murder*, bomb*, explos*, weapon*, gun, guns, firearm*, shoot*, shot, stab*, knife, poison*, attack*, assault*, tortur*, terror*, massacre*, behead*, strangl*, kidnap*, hostage*, arson, blood, grenade*, cannibal*, dismember*, detonat*,
    杀, 谋杀, 炸弹, 炸药, 爆炸, 武器, 枪支, 下毒, 毒死, 袭击, 恐怖, 绑架, 砍, 纵火, 酷刑, 伤害, 打人`,
  'self-harm': `suicid*, self-harm*, self harm*, kill myself, kill yourself, end my life, cut myself, cutting yourself, overdos*, anorexi*, bulimi*, starv*, hang myself, noose, thinspo, eating disorder*, extreme fasting,
    自杀, 自残, 轻生, 结束生命, 割腕, 上吊, 厌食, 催吐, 服药过量`,
  sexual: `sex, sexual*, porn*, nude*, naked, erotic*, rape*, raping, incest*, orgasm*, genital*, penis, vagina, breast*, fetish*, bestiality, prostitut*, escort, revenge porn, child porn*, seduc*, horny, masturbat*, explicit,
    色情, 性交, 强奸, 裸体, 裸照, 乱伦, 嫖娼, 卖淫, 自慰, 生殖器, 性虐, 偷拍, 黄片`,
  illegal: `hack*, malware, ransomware, virus, phish*, keylogger*, exploit*, ddos, botnet*, launder*, fraud*, scam*, ponzi, pyramid scheme, counterfeit*, forg*, fake id, identity theft, steal*, theft, rob, robbery, burglar*, smuggl*, traffick*, drug*, meth, cocaine, heroin, fentanyl, cartel*, bribe*, tax evasion, evade taxes, insider trading, piracy, pirated, shoplift*, counterfeit, money mule*, cheat*, plagiari*, cryptojack*, crack the, bypass*, hotwir*, embezzl*, dark web, illegal*,
    黑客, 木马, 病毒, 勒索软件, 钓鱼, 诈骗, 洗钱, 伪造, 假身份证, 盗窃, 偷, 抢劫, 走私, 贩卖, 毒品, 冰毒, 大麻, 贿赂, 逃税, 内幕交易, 盗版, 作弊, 赌博, 非法, 破解, 传销, 假币`,
})
