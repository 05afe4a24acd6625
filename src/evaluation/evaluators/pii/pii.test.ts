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
