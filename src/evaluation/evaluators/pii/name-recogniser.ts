import type { PiiFinding } from './finding.ts'

const WORD = "\\p{Lu}[\\p{L}'’-]{1,24}"
const TITLED = new RegExp(
  String.raw`(?<![\p{L}])(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? (${WORD}(?: (?:\p{Lu}\.? )?${WORD}){0,2})`,
  'gu',
)
const INTRODUCED = new RegExp(
  String.raw`(?:[Mm]y name is|[Nn]ame:|[Nn]amed|I am called|[Ss]igned,|[Pp]atient|[Cc]ustomer|[Ee]mployee) (${WORD}(?: (?:\p{Lu}\.? )?${WORD}){1,2})`,
  'gu',
)
const SURNAMES =
  '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公'
const CHINESE = new RegExp(
  String.raw`(?:姓名|名字|我叫|叫做|联系人|收件人|患者|客户|员工|收货人|持卡人|户名)(?:是|为|叫)?[:： ]{0,2}([${SURNAMES}][\u4e00-\u9fa5]{1,2})(?=[^\u4e00-\u9fa5]|$|的|，|。|先生|女士|电话|身份证|手机|住)`,
  'gu',
)

/** Names of persons where the text says that they are names: after a title, "my name is", 姓名. An option, because most names in answers are of public persons. */
export function recogniseNames(text: string): readonly PiiFinding[] {
  return [TITLED, INTRODUCED, CHINESE].flatMap((pattern) => findNames(text, pattern))
}

function findNames(text: string, pattern: RegExp): PiiFinding[] {
  return [...text.matchAll(pattern)].map((match) => {
    const name = match[1] ?? ''
    const start = match.index + match[0].lastIndexOf(name)
    return { type: 'PERSON', start, end: start + name.length }
  })
}
