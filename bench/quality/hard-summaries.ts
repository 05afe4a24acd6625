// Documents with true and false summaries, written for this project. Half of the true and of the false ones use the
// document's words, half say it in words of their own: how many words are the same tells next to nothing.
import { sentencesOf } from '../../src/evaluation/text/sentences.ts'

interface SummarisedDocument {
  readonly document: string
  /** In other words than the document's. */
  readonly grounded: readonly string[]
  /** The document's own names and numbers in the wrong place, what it says denied, or said by somebody else. */
  readonly wrong: readonly string[]
  /** Wrong in other words than the document's. */
  readonly invented: readonly string[]
}

export interface SummaryCase {
  readonly document: string
  readonly summary: string
  readonly isWrong: boolean
}

/** Sentences of a document that count as true summaries, from the second on. */
const COPIED = [1, 2, 3]

/** All summaries. Of the true ones some are sentences of the document itself. */
export function summaryCases(): readonly SummaryCase[] {
  return HARD_SUMMARIES.flatMap(({ document, grounded, wrong, invented }) => {
    const copied = sentencesOf(document).flatMap(({ text }, i) => (COPIED.includes(i) ? [text] : []))
    return [
      ...[...grounded, ...copied].map((summary) => ({ document, summary, isWrong: false })),
      ...[...wrong, ...invented].map((summary) => ({ document, summary, isWrong: true })),
    ]
  })
}

const HARD_SUMMARIES: readonly SummarisedDocument[] = [
  {
    document:
      'The city council of Arden voted 7 to 2 on Monday to close the Mill Street bridge to cars for eighteen months. Engineer Paula Reyes told the meeting that rust had eaten into four of the twelve main beams. Repairs will cost 3.1 million euros, of which the region pays 2 million. Councillor Tom Hale, who voted against, warned that shops on the east bank would lose customers. Buses will use the Harbour Bridge instead.',
    grounded: [
      'Cars will be banned from the Mill Street bridge for a year and a half after a council vote of seven to two.',
      'According to Paula Reyes, a third of the main beams, four out of twelve, are corroded; the region bears 2 of the 3.1 million euros.',
      'Tom Hale opposed the closure because he fears for the shops on the east bank. Buses are diverted over the Harbour Bridge.',
    ],
    wrong: [
      'The council voted 7 to 2 to close the Harbour Bridge to cars for eighteen months.',
      'Tom Hale told the meeting that rust had eaten into four of the main beams.',
      'Repairs will cost 2 million euros, of which the region pays 3.1 million.',
      'Paula Reyes voted against the closure and warned that shops on the east bank would lose customers.',
    ],
    invented: [
      'Motorists lose the Mill Street crossing for good, since the council decided to tear it down.',
      'A third of the twelve beams has rusted, so the work is financed by the region alone.',
    ],
  },
  {
    document:
      'Norvik Foods said its profit rose 12 percent to 48 million dollars in the second quarter, while revenue fell 3 percent to 410 million. Chief executive Ingrid Solberg credited lower prices for wheat and the sale of the frozen fish business to Baltic Catch in March. The company did not change its outlook for the year. Analyst Marc Dupont of Lenz Bank had expected a profit of 44 million.',
    grounded: [
      'Despite lower sales of 410 million dollars, Norvik Foods earned 48 million in the second quarter, 12 percent more.',
      'Cheaper wheat and the disposal of the frozen fish unit helped, Ingrid Solberg said. The forecast for the year stays as it was.',
      'The result beat the 44 million that Marc Dupont had predicted.',
    ],
    wrong: [
      'Revenue rose 12 percent to 410 million dollars in the second quarter, while profit fell 3 percent to 48 million.',
      'Norvik Foods bought the frozen fish business from Baltic Catch in March.',
      'Analyst Marc Dupont credited lower prices for wheat and the sale of the fish business.',
      'The company raised its outlook for the year.',
    ],
    invented: [
      'Norvik earned less than in the year before, which Ingrid Solberg blamed on expensive wheat.',
      'The result disappointed Marc Dupont of Lenz Bank, and management now expects a weaker year.',
    ],
  },
  {
    document:
      'Researchers at the University of Lund followed 2,300 nurses over nine years. Those who worked more than eight night shifts a month had a 14 percent higher risk of high blood pressure than colleagues on day shifts. No link with diabetes was found. Lead author Karin Holm said that the study could not prove cause and effect. Hospitals in Denmark, where the nurses worked, have begun to limit nights to six a month.',
    grounded: [
      'Nurses with more than eight nights a month were 14 percent likelier to have high blood pressure, a nine-year study of 2,300 of them shows.',
      'The authors saw no connection to diabetes, and Karin Holm stressed that causation was not shown.',
      'Danish hospitals are now capping night work at six shifts per month.',
    ],
    wrong: [
      'The study followed 2,300 nurses over fourteen years and found a 9 percent higher risk.',
      'Nurses on day shifts had a 14 percent higher risk of high blood pressure than colleagues who worked nights.',
      'Night shifts were also linked with diabetes.',
      'Lead author Karin Holm said the study proved that night work causes high blood pressure.',
      'Hospitals in Denmark have begun to limit nights to eight a month.',
    ],
    invented: [
      'Working nights more than twice a week makes nurses diabetic, Danish scientists have proved.',
      'Karin Holm demands a law that forbids night work in all hospitals.',
    ],
  },
  {
    document:
      'Alpinist Rosa Manca reached the summit of Kurat Peak on 14 May, two days after her rival Jonas Wirth had turned back 200 metres below it because of wind. Manca climbed without bottled oxygen; Wirth had used it from Camp Three on. Her guide Pemba Sherpa suffered frostbite on two fingers and was flown to Skardu. It was the fifth ascent of the north face and the first by a woman.',
    grounded: [
      'Rosa Manca became the first woman to climb the north face of Kurat Peak, its fifth ascent, and she did it without oxygen from bottles.',
      'Wind forced Jonas Wirth to give up 200 metres short of the top two days earlier.',
      'Pemba Sherpa, who guided Manca, was taken to Skardu by air with two frostbitten fingers.',
    ],
    wrong: [
      'Jonas Wirth reached the summit of Kurat Peak on 14 May, two days after Rosa Manca had turned back.',
      'Manca used bottled oxygen from Camp Three on; Wirth climbed without it.',
      'Rosa Manca suffered frostbite on two fingers and was flown to Skardu.',
      'It was the first ascent of the north face and the fifth by a woman.',
    ],
    invented: [
      'Storms stopped Rosa Manca just below the top, where her guide lost two fingers.',
      'Breathing oxygen from bottles, Manca was the fifth woman on the north face.',
    ],
  },
  {
    document:
      'The museum of Tessaly will return nine bronze heads to Benin next spring. Director Luc Arnaud signed the agreement in Cotonou with culture minister Adele Kossi. The heads were bought in 1931 from the widow of a French officer. Three further pieces stay in Tessaly on loan until 2030. The museum first rejected the claim in 2016, and reopened it after a petition with 60,000 names.',
    grounded: [
      'Next spring nine bronze heads go back to Benin; three more objects will remain on loan in Tessaly until 2030.',
      'The museum had acquired the heads in 1931 from the widow of an officer from France.',
      'Having turned the claim down in 2016, the museum took it up again when 60,000 people had signed a petition.',
    ],
    wrong: [
      'Three bronze heads will be returned next spring, while nine further pieces stay in Tessaly on loan.',
      'Culture minister Adele Kossi bought the heads in 1931 from the widow of a French officer.',
      'The museum accepted the claim in 2016 and rejected it after a petition with 60,000 names.',
      'Director Luc Arnaud signed the agreement in Tessaly with the minister.',
    ],
    invented: [
      'All twelve bronzes leave Tessaly for good next spring.',
      "A French officer's widow had demanded the heads back in 2016, with the help of a petition.",
    ],
  },
  {
    document:
      'Velora recalled 18,400 electric scooters of the model City 2 after eleven fires. In nine cases the battery overheated while charging. Nobody was killed, but a man in Porto was treated for burns. Owners get a new battery free of charge; the older model City 1 is not affected. Spokesman Nils Brandt said that a supplier in Brno had changed a sensor without telling the company.',
    grounded: [
      'After eleven fires, most of them during charging, Velora is calling back 18,400 City 2 scooters and replaces their batteries at no cost.',
      'There were no deaths; one person in Porto suffered burns. The City 1 is safe from the defect.',
      'Nils Brandt blames a supplier from Brno that swapped a sensor without notice.',
    ],
    wrong: [
      'Velora recalled 18,400 scooters of the model City 1 after eleven fires; the City 2 is not affected.',
      'In all eleven cases the battery overheated while the scooter was being ridden.',
      'A man in Brno was killed in one of the fires.',
      'Owners have to pay for a new battery.',
      'Spokesman Nils Brandt said that Velora had changed a sensor without telling its supplier in Brno.',
    ],
    invented: [
      'Velora takes back both generations of its scooter after a customer died in Porto.',
      'Because of a sensor that broke during rides, buyers get their money back.',
    ],
  },
  {
    document:
      'Dear team, the launch of the payment page moves from Thursday to the following Tuesday, 11 June. Priya found that refunds above 500 pounds fail when the card has expired; Daniel will fix this by Friday. Marketing, led by Hanna, keeps the press release for Thursday but removes the word "instant". The mobile app is not touched by the delay. Please send questions to Oskar, not to me.',
    grounded: [
      'The payment page now goes live on Tuesday, 11 June instead of Thursday, because big refunds fail with expired cards.',
      'Daniel has until Friday to repair what Priya discovered, and the mobile app stays on schedule.',
      'The press release is still sent on Thursday, without the word "instant"; questions go to Oskar.',
    ],
    wrong: [
      'The launch moves from Tuesday to Thursday, 11 June.',
      'Daniel found that refunds above 500 pounds fail; Priya will fix this by Friday.',
      'Refunds below 500 pounds fail when the card has expired.',
      'Hanna removes the press release and keeps the word "instant".',
      'The mobile app is delayed as well.',
    ],
    invented: [
      'Marketing insists on an earlier date, so the payment page and the app start before June.',
      'Oskar has already repaired the refunds; nothing has to be done until Friday.',
    ],
  },
  {
    document:
      'In the cup final Ostrava beat Brnov 3-2 after extra time. Milan Dvorak scored twice for Brnov before half-time. Ostrava came back through Petr Kolar in the 61st and Ales Nemec in the 88th minute, and Kolar headed the winner in the 112th. Brnov goalkeeper Jan Hruska saved a penalty by Nemec. Coach Eva Simkova of Ostrava is the first woman to win the cup; 31,000 people watched.',
    grounded: [
      'Ostrava turned a two-goal deficit into a 3-2 victory over Brnov, with Petr Kolar scoring the decisive goal in extra time.',
      'Milan Dvorak had put Brnov two goals ahead in the first half.',
      'Eva Simkova is the first female coach to lift the cup. Jan Hruska had stopped a penalty from Ales Nemec.',
    ],
    wrong: [
      'Brnov beat Ostrava 3-2 after extra time in the cup final.',
      'Petr Kolar scored twice for Brnov before half-time.',
      'Ales Nemec headed the winner in the 112th minute.',
      'Ostrava goalkeeper Jan Hruska saved a penalty by Dvorak.',
      'Coach Eva Simkova of Brnov is the first woman to win the cup.',
    ],
    invented: [
      'Brnov defended its early lead and took the trophy under Eva Simkova.',
      'Kolar won the match for Ostrava from the penalty spot before a crowd of 61,000.',
    ],
  },
  {
    document:
      'Version 5 of the Larkspur database stores indexes in columns and answers wide scans four times as fast as version 4. Writes are about 10 percent slower. Files of version 3 can no longer be opened; those of version 4 are converted at the first start. Windows support is dropped, support for ARM is new. Maintainer Yusuf Aydin recommends to wait for 5.1 before using the new replication.',
    grounded: [
      'Larkspur 5 quadruples the speed of wide scans against its predecessor at the price of writes that are some 10 percent slower.',
      'Data of version 4 is migrated when the server first starts, while version 3 files are no longer readable.',
      'It runs on ARM now but no longer on Windows, and Yusuf Aydin advises against the new replication until 5.1.',
    ],
    wrong: [
      'Version 5 makes writes four times as fast, while wide scans are about 10 percent slower.',
      'Files of version 4 can no longer be opened; those of version 3 are converted at the first start.',
      'ARM support is dropped and support for Windows is new.',
      'Maintainer Yusuf Aydin recommends to use the new replication at once.',
    ],
    invented: [
      'Upgrading is harmless for all: even files of version 3 are migrated when the server starts.',
      'Larkspur now runs on Windows as well, and its replication is ready for production.',
    ],
  },
  {
    document:
      'Two brothers who ran an online shop for concert tickets were sentenced in Leeds. Simon Ward, 41, must go to prison for four years; Neil Ward, 36, received a suspended sentence of twenty months. They had sold 2,700 tickets that did not exist, for 390,000 pounds. Judge Amara Bello said that Simon had planned the fraud and Neil had merely answered e-mails. Only 150 buyers have got their money back.',
    grounded: [
      'Simon Ward was jailed for four years for selling tickets that never existed; his brother Neil got a suspended sentence.',
      'In the words of Judge Amara Bello, it was Simon who planned the scheme, while Neil only dealt with e-mails.',
      'The pair took 390,000 pounds for 2,700 tickets, and just 150 customers have been refunded.',
    ],
    wrong: [
      'Neil Ward, 41, must go to prison for four years; Simon Ward, 36, received a suspended sentence.',
      'They had sold 150 tickets, and 2,700 buyers have got their money back.',
      'Judge Amara Bello said that Neil had planned the fraud and Simon had merely answered e-mails.',
      'Simon Ward received a suspended sentence of four years.',
    ],
    invented: [
      'Both brothers went to jail for four years, and every customer has been paid back.',
      'The court found that the tickets were real but far too expensive.',
    ],
  },
  {
    document:
      'The lake of Varn has risen by 1.4 metres since October. Hydrologist Elif Demir explains this by the early thaw of the Kesh glacier, not by rain, which was 20 percent below the average. The villages of Ona and Tul were evacuated; Sarn, which lies higher, was not. The dam at Pell can hold another 60 centimetres. Its operator opened two of five gates on Sunday.',
    grounded: [
      'Melting of the Kesh glacier rather than rainfall has lifted Lake Varn by 1.4 metres, Elif Demir says.',
      'People had to leave Ona and Tul, but not the higher village of Sarn.',
      'With room for 60 more centimetres, the dam at Pell has had two of its five gates open since Sunday.',
    ],
    wrong: [
      'Hydrologist Elif Demir explains the rise by rain, which was 20 percent above the average.',
      'The villages of Ona and Sarn were evacuated; Tul, which lies higher, was not.',
      'The lake has risen by 60 centimetres, and the dam can hold another 1.4 metres.',
      'The operator opened five gates and closed two on Sunday.',
    ],
    invented: [
      'Heavy rain filled the lake, and the dam has no room left, Elif Demir fears.',
      'All three villages had to be left, after which the operator shut the gates.',
    ],
  },
  {
    document:
      'Airline Meridian will fly from Turin to Boston four times a week from 3 April, its second route to America after the daily service from Turin to New York. The flights use the Airbus A321, with 24 seats in business class. Rival Condora had ended the same route in 2019 for lack of demand. Turin airport waives landing fees for the first year, said its head, Bruno Galli.',
    grounded: [
      'From 3 April Meridian offers four weekly flights between Turin and Boston on the Airbus A321.',
      'It adds to the daily connection to New York. Condora had given up Turin to Boston in 2019.',
      'Bruno Galli, head of the airport, announced that landing is free of charge in the first year.',
    ],
    wrong: [
      'Condora will fly from Turin to Boston four times a week; Meridian had ended the route in 2019.',
      'Meridian will fly daily from Turin to Boston and four times a week to New York.',
      'The Airbus A321 has 321 seats in business class.',
      'Turin airport doubles landing fees for the first year, said Bruno Galli.',
    ],
    invented: [
      'Turin gets its first connection to America, flown daily with new Airbus jets.',
      'Meridian resumes a route that it had abandoned itself five years ago.',
    ],
  },
  {
    document:
      'The patient, a 58-year-old woman, came with chest pain that had begun three hours earlier. The ECG was normal; troponin was raised at 84 ng/l. She takes metformin for diabetes and is allergic to penicillin. Her father had a heart attack at 61. Dr Osei started aspirin and heparin; Dr Lindqvist, on call in cardiology, asked for an angiogram in the morning. She does not smoke.',
    grounded: [
      'A woman of 58 with three hours of chest pain had an inconspicuous ECG but a troponin of 84.',
      'She is diabetic, treated with metformin, cannot have penicillin and is a non-smoker.',
      'Dr Osei gave aspirin and heparin, and Dr Lindqvist requested an angiogram for the next morning.',
    ],
    wrong: [
      'A 61-year-old woman came with chest pain; her father had a heart attack at 58.',
      'The troponin was normal and the ECG showed changes.',
      'She takes penicillin and is allergic to metformin.',
      'Dr Lindqvist started aspirin and heparin; Dr Osei asked for an angiogram.',
      'She is a smoker.',
    ],
    invented: [
      'The woman is a heavy smoker with an abnormal ECG who was operated on at once.',
      'Her mother had diabetes; penicillin was begun by the cardiologist on call.',
    ],
  },
  {
    document:
      'Tenants of the Birchwood estate ended their rent strike after 47 days. The owner, Calder Homes, agreed to replace the lifts in blocks A and C by August and to freeze rents until 2027. Block B gets no new lift. Negotiator Fatima Idris spoke of a partial win. Of 312 households, 240 had taken part. Calder director Greg Poole denied that the strike had forced the decision.',
    grounded: [
      'After 47 days the rent strike at Birchwood is over: rents are frozen until 2027 and two blocks get new lifts.',
      'Fatima Idris calls it a partial victory, as block B goes without a new lift.',
      '240 of the 312 households joined. Greg Poole says the company did not act under pressure of the strike.',
    ],
    wrong: [
      'Calder Homes agreed to replace the lifts in blocks A and B by August; block C gets no new lift.',
      'Of 240 households, 312 had taken part in the strike.',
      'Calder director Greg Poole admitted that the strike had forced the decision and spoke of a partial win.',
      'Rents will be frozen until August and the lifts replaced by 2027.',
    ],
    invented: [
      'Tenants failed: rents go up at once and none of the lifts is repaired.',
      'Nearly all households refused to take part, said negotiator Fatima Idris.',
    ],
  },
  {
    document:
      'Physicist Ida Kern and engineer Sam Otieno share the Halvard Prize for a camera that sees through fog. Kern had the idea in 2011 while watching bats in Kenya; Otieno built the first prototype in Graz four years later. The camera is used on ferries in Norway, but not yet in cars because it costs 9,000 euros. The prize is worth 250,000 euros, half of which Otieno gives to a school in Kisumu.',
    grounded: [
      'The Halvard Prize goes to Ida Kern and Sam Otieno, whose camera can look through fog.',
      'Watching bats gave Kern the idea in 2011; the first prototype was made by Otieno in 2015 in Graz.',
      'At 9,000 euros the device is too expensive for cars, but Norwegian ferries carry it.',
    ],
    wrong: [
      'Sam Otieno had the idea in 2011 while watching bats in Kenya; Ida Kern built the first prototype in Graz.',
      'The camera is used in cars in Norway, but not yet on ferries.',
      'The camera costs 250,000 euros and the prize is worth 9,000 euros.',
      'Kern gives half of the prize to a school in Kisumu.',
    ],
    invented: [
      'Kern and Otieno were honoured for a microphone that hears bats, now standard in cars.',
      'Sam Otieno keeps the whole prize money, while his colleague founds a school.',
    ],
  },
  {
    document:
      'Rainfall in Moroa was the lowest since 1988, and the harvest of maize fell from 920,000 to 610,000 tonnes. Rice, which is irrigated, grew by 4 percent. The government of president Abel Nkosi banned exports of maize until March and asked the World Food Fund for 80 million dollars. The opposition leader Grace Banda said that the ban came too late. Neighbouring Zuma offered 50,000 tonnes as a gift.',
    grounded: [
      'The driest year since 1988 cut the maize harvest of Moroa by a third to 610,000 tonnes, whereas irrigated rice did slightly better.',
      'Until March no maize may be exported, and the government hopes for 80 million dollars from the World Food Fund.',
      'For Grace Banda of the opposition the ban was imposed too late. Zuma wants to donate 50,000 tonnes.',
    ],
    wrong: [
      'The harvest of maize rose from 610,000 to 920,000 tonnes.',
      'Rice fell sharply and maize, which is irrigated, grew by 4 percent.',
      'President Abel Nkosi said that the ban came too late.',
      'Moroa offered 50,000 tonnes to Zuma as a gift.',
      'The government banned exports of rice until March.',
    ],
    invented: [
      'Floods destroyed the rice of Moroa, so that it imports it from Zuma.',
      'The World Food Fund has already paid 80 million dollars, and exports of maize go on.',
    ],
  },
  {
    document:
      '周一，青川市政府宣布，地铁3号线将于6月18日开通，比原计划推迟两个月。线路全长21公里，设16座车站，连接火车北站和大学城。总工程师林岚表示，推迟是因为信号系统测试不合格，与资金无关。票价最低2元，最高6元。副市长高远称，4号线不受影响，仍将在明年底通车。',
    grounded: [
      '青川地铁3号线因信号测试未通过而晚了两个月，6月18日起通车。',
      '这条21公里长的线路有16个站，从火车北站通到大学城，票价2到6元。',
      '高远说4号线照常在明年底开通。',
    ],
    wrong: [
      '青川地铁4号线将于6月18日开通，3号线明年底通车。',
      '总工程师林岚表示，推迟是因为资金不足，与信号系统无关。',
      '线路全长16公里，设21座车站。',
      '副市长高远表示，推迟是因为信号系统测试不合格。',
      '地铁3号线比原计划提前两个月开通。',
    ],
    invented: ['由于缺钱，青川的新地铁延期一年，票价也涨到十元。', '林岚透露，大学城站暂不启用，4号线工程已经停工。'],
  },
  {
    document:
      '云杉科技发布第三季度财报：收入为36亿元，同比增长15%；净利润为4.2亿元，同比下降8%。公司解释说，利润下滑主要由于研发费用增加，而不是销售疲软。首席财务官沈珂表示全年目标不变。云业务收入首次超过硬件，占比达到52%。分析师韩冰此前预计净利润为5亿元。',
    grounded: [
      '云杉科技第三季度收入增长15%到36亿元，但净利润减少8%，只有4.2亿元。',
      '利润低于韩冰预测的5亿元，公司称原因是研发投入加大。',
      '云业务占收入的52%，第一次超过了硬件；沈珂说全年目标没有变。',
    ],
    wrong: [
      '云杉科技净利润同比增长15%，收入同比下降8%。',
      '利润下滑主要由于销售疲软，而不是研发费用增加。',
      '首席财务官沈珂此前预计净利润为5亿元。',
      '硬件收入首次超过云业务，占比达到52%。',
      '分析师韩冰表示全年目标不变。',
    ],
    invented: [
      '云杉科技因产品卖不动而亏损，管理层下调了全年目标。',
      '韩冰认为业绩大大好于预期，硬件业务贡献了一半以上的收入。',
    ],
  },
  {
    document:
      '医生在病历中写道：患者王某，男，47岁，因右膝疼痛两周就诊。既往有高血压，服用氨氯地平，对阿司匹林过敏，不吸烟。检查显示右膝半月板二度损伤，左膝正常。赵医生建议保守治疗六周，并做物理治疗；骨科主任钱医生认为暂时不需要手术。三周后复查。',
    grounded: [
      '47岁的男患者右膝疼了两周，检查发现半月板二度损伤。',
      '他有高血压，对阿司匹林过敏，没有吸烟习惯。',
      '赵医生主张先保守治疗六周，钱医生也认为目前不必手术。',
    ],
    wrong: [
      '患者因左膝疼痛就诊，右膝正常。',
      '患者服用阿司匹林，对氨氯地平过敏。',
      '钱医生建议保守治疗六周，赵医生认为暂时不需要手术。',
      '骨科主任认为需要立即手术。',
      '建议保守治疗三周，六周后复查。',
    ],
    invented: ['这位女患者左腿骨折，医生当天就做了手术。', '病人长期吸烟，没有其他慢性病，可以使用任何药物。'],
  },
  {
    document:
      '在周日的决赛中，海城队以2比1战胜江北队，第五次夺得联赛冠军。江北队的罗杰第12分钟先入一球，海城队队长陈帆第70分钟扳平，替补出场的吴迪在第85分钟打入制胜球。江北队门将孙磊扑出了陈帆的一个点球。海城队主教练马骁赛后宣布退休，接替他的是助理教练何婧。',
    grounded: [
      '海城队先失一球后反超，2比1击败江北队，拿到队史第五个联赛冠军。',
      '吴迪替补登场，在第85分钟打进了决定胜负的一球。',
      '马骁在比赛结束后宣布退休，何婧将接任主教练。',
    ],
    wrong: [
      '江北队以2比1战胜海城队，第五次夺得联赛冠军。',
      '海城队队长陈帆第85分钟打入制胜球。',
      '海城队的罗杰第12分钟先入一球。',
      '海城队门将孙磊扑出了吴迪的一个点球。',
      '主教练何婧赛后宣布退休，接替她的是助理教练马骁。',
    ],
    invented: ['海城队在点球大战中夺得队史首个冠军。', '罗杰梅开二度，江北队主帅马骁赛后宣布续约。'],
  },
  {
    document:
      '岭南大学的研究小组在三年里跟踪了1,800名小学生。每天户外活动两小时以上的学生中，近视比例为22%；不足一小时的学生中为41%。屏幕时间与近视没有显著关系。项目负责人方敏说，结果只适用于6到12岁的儿童。教育局已决定从9月起把课间延长到15分钟，但没有采纳取消早读的建议。',
    grounded: [
      '一项对1,800名小学生的三年跟踪发现，户外活动多的孩子近视的只有22%，少的则有41%。',
      '看屏幕的时间长短和近视关系不明显。',
      '九月起课间延长到15分钟，不过早读没有取消。',
    ],
    wrong: [
      '每天户外活动两小时以上的学生中，近视比例为41%；不足一小时的学生中为22%。',
      '屏幕时间与近视有显著关系。',
      '教育局决定取消早读，但没有延长课间。',
      '项目负责人方敏说，结果适用于所有年龄的人。',
    ],
    invented: [
      '研究发现，看手机越久的孩子越容易近视，教育局因此禁止手机进校园。',
      '方敏认为结论对成年人同样成立，课间将缩短到十分钟。',
    ],
  },
]
