import { Lexicon } from '../../text/lexicon.ts'

/** `slur`: degrades a group. `insult`: degrades a person. `profanity`: coarse, not always hostile. `hostile`: wishes harm. */
export type ToxicCategory = 'slur' | 'insult' | 'profanity' | 'hostile'

/** Offensive words, English and Chinese. They are here to be recognised. */
export const TOXIC_TERMS = new Lexicon<ToxicCategory>({
  slur: `nigg*, n1gg*, faggot*, fag, fags, tranny, trannies, dyke, kike*, spic, spics, chink, chinks, gook*, wetback*, retard*, libtard*, trumptard*, republitard*, conservatard*,
    covidiot*, feminazi*, towelhead*, raghead*, paki, pakis, coon, coons, beaner*, gypsy scum, sand nigg*, white trash, whore*, slut*, cunt*, bitch*, biatch*, thot, thots, skank*,
    黑鬼, 黑狗, 黑猩猩, 尼哥, 死基佬, 死gay, 基佬, 人妖, 支那, 蝗虫, 港灿, 湾湾, 台巴子, 棒子, 小日本, 日本鬼子, 鬼子, 阿三, 印度阿三, 白皮猪, 洋垃圾, 黑皮, 绿教, 绿绿, 穆黑,
    婊子, 绿茶婊, 伪女权婊, 女权婊, 女拳, 田园女权, 母狗, 荡妇, 贱人, 贱货, 骚货, 破鞋, 公交车, 妓女, 鸡婆, 直男癌, 国男, 蝈蝻, 蝻, 屌丝, 女司机, 河南骗子, 井盖, 东北佬, 乡巴佬, 土鳖, 上海佬, 北佬, 捞佬, 蛮子,
    郭楠, 普信男, 仙女婊, 圣母婊, 非洲猪, 黑蛆, 默默, 拳师, 打拳, 下头男, 下头女, 矮矬穷, 老黑, 黑哥哥, 黑爹, 媚黑, 媚外, 跪舔, 舔狗, easygirl, easy girl, 舔洋, 洋人舔, 精日, 精外, 崇洋媚外, 慕洋犬, 殖人, 田园`,
  insult: `idiot*, moron*, imbecile*, stupid*, dumb, dumbass*, dumb ass, dumbest, dumber, jackass*, asshole*, a-hole*, arsehole*, asshat*, dipshit*, shithead*, dickhead*, scumbag*, scum, scums, loser*, trash, garbage human, pathetic,
    disgusting, worthless, piece of shit, piece of trash, piece of garbage, pos, waste of space, waste of oxygen, brain dead, braindead, brainless, ignorant, ignoramus, fool, fools, degenerate*, pervert*, pedo, pedos, pedophile*, creep, creeps,
    pig, pigs, rats, vermin, parasite*, cockroach*, sheeple, traitor*, coward*, liar*, crook*, thug*, racist, racists, nazi, nazis, hitler, fascist*, commie*, bigot*, hypocrite*, demon*, satan*, psycho, psychos, lunatic*, nutjob*, wacko*, delusional,
    ugly, fat ass, fatass*, fatty, lardass, buffoon*, weirdo*, freak*, puke, pukes, turd*, douche*, prick, pricks, twat*, wanker*, tosser*, bastard*, sucker*, senile, dementia, sleepy joe, low iq, inbred, trailer trash, hag, karen,
    傻逼, 傻b, 傻比, 傻叉, 傻x, 煞笔, 沙比, 沙雕, 傻子, 傻瓜, 傻缺, 脑残, 脑瘫, 弱智, 智障, 白痴, 蠢货, 蠢猪, 蠢, 废物, 垃圾, 人渣, 渣男, 渣女, 败类, 杂种, 杂碎, 畜生, 狗东西, 狗日, 狗屁, 狗腿, 走狗, 猪狗, 王八, 王八蛋, 混蛋, 浑蛋, 滚蛋, 恶心, 恶臭, 下贱, 犯贱, 贱, 不要脸,
    无耻, 卑鄙, 龌龊, 猥琐, 变态, 神经病, 精神病, 有病, 脑子有, 没脑子, 无脑, 智商, 低能, 素质低, 没素质, 素质差, 丑陋, 丑逼, 肥猪, 死胖子, 穷逼, 装逼, 装b, 牛逼轰轰, 键盘侠, 喷子, 杠精, 水军, 五毛, 美分, 恨国, 汉奸, 卖国, 奴才, 奴性, 劣根, 劣等, 低等, 低贱, 下等, 野蛮, 蛮夷, 愚昧, 愚蠢, 落后, 懒惰, 肮脏, 脏,
    骗子, 流氓, 强盗, 小偷, 土匪, 寄生, 蛀虫, 巨婴, 妈宝, 凤凰男, 扶弟魔, 捞女, 拜金, 软饭, 怂, 窝囊, 孬种, 太监, 阉, 狗男女, 老不死, 老东西, 老太婆, 死老头`,
  profanity: `fuck*, f*ck*, f**k*, fck*, fuk*, fuq*, wtf, stfu, gtfo, motherfuck*, mofo, shit*, sh*t*, sh1t*, bullshit*, bs, damn*, goddamn*, ass, asses, arse, piss*, dick*, cock, cocks, cocksuck*, pussy, pussies, tits, boobs, jerk off, wank, screw you, suck my, blow me, bollocks, bugger,
    操, 草泥马, 艹, 卧槽, 我靠, 尼玛, 你妈, 他妈, 特么, tmd, cnm, nmsl, nmb, 妈的, 妈逼, 妈卖批, 麻痹, 逼, 屌, 鸡巴, 几把, jb, 狗日的, 日你, 干你, 去死, 滚, 屁, 放屁, 屎, 蛋疼, 扯淡, 娘的, 奶奶的, 老子`,
  hostile: `kill yourself, kys, go die, die in, hope you die, hope he dies, hope she dies, should be shot, should be hanged, should be hung, should be executed, rot in hell, burn in hell, go to hell, go back to, get out of our, deport*, exterminat*, lynch*, hang him, hang them, shut up, shut the, shove it, bite me, hate you, i hate, get lost, get cancer,
    去死, 滚出, 滚回, 滚开, 杀光, 杀了, 灭绝, 消灭, 清除, 赶出, 赶走, 活该, 报应, 不得好死, 死全家, 全家死, 绝种, 灭种, 驱逐, 禁止入境, 揍, 打死, 弄死, 砍死, 枪毙, 歧视, 抵制, 看不起, 瞧不起, 讨厌, 厌恶, 反感, 仇视, 讨打, 找死, 闭嘴, 闭上`,
})
