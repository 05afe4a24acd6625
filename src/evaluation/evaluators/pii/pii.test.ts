import { describe, expect, test } from 'vitest'
import { input } from '../../../../test/support/evaluation-input.ts'
import { findPii, pii, piiLeak, piiWithNames } from './pii.ts'

const found = (text: string): string[] =>
  findPii(text).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`)

describe('personal data', () => {
  test.each([
    ['Write to jane.roe@corp.io today', 'EMAIL_ADDRESS jane.roe@corp.io'],
    ['My card is 4916 9060 1279 6309, thanks', 'CREDIT_CARD 4916 9060 1279 6309'],
    ['transfer to GB69PMNJ18913943430745', 'IBAN_CODE GB69PMNJ18913943430745'],
    ['SSN: 460-89-9847', 'US_SSN 460-89-9847'],
    ['call me at (602) 272-9781', 'PHONE_NUMBER (602) 272-9781'],
    ['reach us at +41 62 585 51 90', 'PHONE_NUMBER +41 62 585 51 90'],
    ['the login came from 195.206.132.199', 'IP_ADDRESS 195.206.132.199'],
    ['date of birth: 2/16/1942', 'DATE_OF_BIRTH 2/16/1942'],
    ['I live at 385 Gemsbok Street', 'ADDRESS 385 Gemsbok Street'],
    ['我的手机号是13800138000', 'PHONE_NUMBER 13800138000'],
    ['身份证号11010519491231002X', 'CN_RESIDENT_ID 11010519491231002X'],
    ['银行卡号6222021234567890128', 'BANK_CARD 6222021234567890128'],
    ['车牌京A12345', 'LICENCE_PLATE 京A12345'],
    ['护照号码：E12345678', 'PASSPORT E12345678'],
    ['住在北京市海淀区中关村大街27号', 'ADDRESS 北京市海淀区中关村大街27号'],
    ['微信号：12345678', 'ACCOUNT 12345678'],
    ['my aadhaar is 2341 2341 2346', 'NATIONAL_ID 2341 2341 2346'],
  ])('%s', (text, expected) => {
    expect(found(text)).toContain(expected)
  })

  test.each([
    ['UTR: 1234567895', 'NATIONAL_ID'],
    ['Meine Steuer-ID ist 86095742719', 'NATIONAL_ID'],
    ['Numéro de sécurité sociale : 2 55 08 14 168 025 38', 'NATIONAL_ID'],
    ['PESEL: 44051401359', 'NATIONAL_ID'],
    ['personnummer 811228-9874', 'NATIONAL_ID'],
    ['AHV-Nummer 756.9217.0769.85', 'NATIONAL_ID'],
    ['Aadhaar no: 234123412346', 'NATIONAL_ID'],
    ['GSTIN 27ABCPE1234F1Z5', 'NATIONAL_ID'],
    ['meu cpf é 52998224725', 'NATIONAL_ID'],
    ['RUT 12.345.678-5', 'NATIONAL_ID'],
    ['マイナンバーは 123456789018 です', 'NATIONAL_ID'],
    ['주민등록번호 900101-1234567', 'NATIONAL_ID'],
    ['MyKad 880101-14-5678', 'NATIONAL_ID'],
    ['TFN 123 456 782', 'NATIONAL_ID'],
    ['ИНН 500100732259', 'NATIONAL_ID'],
    ['MRN: 00482913', 'NATIONAL_ID'],
    ['社保卡号 123456789012', 'NATIONAL_ID'],
    ["Driver's license number: S123-4567-8901", 'DRIVER_LICENCE'],
    ['手机IMEI：490154203237518', 'DEVICE_ID'],
    ['MAC 3c:22:fb:9a:10:4e', 'DEVICE_ID'],
    ['IFSC HDFC0001234, a/c 50100123456789', 'ACCOUNT'],
    ['微信号：wangwei_2020', 'ACCOUNT'],
    ['车牌号：沪AD12345', 'LICENCE_PLATE'],
    ['粤Z1234港', 'LICENCE_PLATE'],
    ['my nric is s1234567d', 'NATIONAL_ID'],
    ['8 (912) 345-67-89', 'PHONE_NUMBER'],
    ['12 rue de la Paix, 75002 Paris', 'ADDRESS'],
    ['東京都千代田区丸の内1丁目9-1', 'ADDRESS'],
    ['서울특별시 강남구 테헤란로 152', 'ADDRESS'],
    ['my postcode is EC1A 1BB', 'ADDRESS'],
    ['地址：广东省深圳市南山区科技园南区高新南一道9号', 'ADDRESS'],
    ['江苏省苏州市昆山市周庄镇全旺村12组8号', 'ADDRESS'],
    ['重庆市渝中区解放碑步行街华润大厦18楼1801室', 'ADDRESS'],
    ['She gave me her address: 71 Grote Baan 477', 'ADDRESS'],
  ])('of other countries and kinds: %s', (text, type) => {
    expect(findPii(text).map((finding) => finding.type)).toContain(type)
  })

  test.each([
    'RFC 2616 section 4.2.1 and RG 58 cable',
    'commit 3f786850e387550fdab836ed7e6dc881de23001b',
    'trace 4bf92f3577b34da6a3ce929d0e0e4736',
    'unix time 1700000000000, build 19045.3448, CVE-2024-12345',
    'tracking 1Z999AA10123456784, EAN 4006381333931',
    'your account was created on 2024-05-31',
    'the address of the variable is 140737488347136',
    'Please add the WeChat integration and the account settings page',
    '客服热线 400-820-8820，版本号 3.2.1.0',
    '第三大街有很多商店，5号楼正在施工',
    'sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ])('only looks like some: %s', (text) => {
    expect(found(text)).toEqual([])
  })

  test.each([
    'name@example.com shows the form of an address',
    'the server runs on 127.0.0.1, version 1.2.3.4',
    'call 1-800-273-8255 when you need somebody',
    'from 2015-2020 there were 1,000,000 of them',
    'order number: 1234567890123',
    'The fictional number 555-0123',
    'ISBN 978-3-16-148410-0',
    'George Washington was born on February 22, 1732',
    'pi is 3.14159265358979',
    '身份证号11010519491231002A 不是数字',
    '会议在 2024-01-05 14:30 举行',
  ])('is none: %s', (text) => {
    expect(found(text)).toEqual([])
  })

  test('says on which side it stands', () => {
    const score = pii.evaluate(input({ prompt: 'I am jane.roe@corp.io', response: 'Call 602-272-9781' }))
    expect(score).toMatchObject({ verdict: 'flagged', label: 'EMAIL_ADDRESS,PHONE_NUMBER' })
    expect(score?.spans?.map(({ field }) => field)).toEqual(['prompt', 'response'])
  })

  test('leaks only what the user has not said', () => {
    const prompt = 'My address is jane.roe@corp.io'
    expect(piiLeak.evaluate(input({ prompt, response: 'Thanks, jane.roe@corp.io' }))?.verdict).toBe('ok')
    expect(piiLeak.evaluate(input({ prompt, response: 'Also ask john.doe@corp.io' }))?.verdict).toBe('flagged')
  })

  test('names are an option', () => {
    const text = input({ response: 'Please ask Dr. Jane Roe. 联系人：王小明。' })
    expect(pii.evaluate(text)?.verdict).toBe('ok')
    expect(piiWithNames.evaluate(text)).toMatchObject({ label: 'PERSON' })
  })

  test('two numbers side by side are two numbers', () => {
    expect(found('手机 13800138000 13900139000')).toEqual(['PHONE_NUMBER 13800138000', 'PHONE_NUMBER 13900139000'])
  })
})
