// SPDX-License-Identifier: EUPL-1.2
// Accounts: signing in with a password, forgetting it, inviting, roles; what does not show, and who cannot be locked out.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { codeOf } from '../support/codes.mjs'
import { start, until } from '../support/stack.mjs'

const GOOD = 'trois mots inattendus', OTHER = 'vier andere woorden'
const ids = {}
let stack

const host = (tenant) => `${tenant}-portal.localhost`
const portal = (tenant, url, options) => stack.request(host(tenant), `/portal${url}`, options)
const cookieOf = ({ headers }) => headers['set-cookie']?.[0].split(';')[0]

async function post (tenant, page, url, form, headers = {}) {
  const _key = await stack.key(host(tenant), `/portal${page}`, headers, `/portal${url}`)
  return portal(tenant, url, { form: { _key, ...form }, headers })
}
const signIn = (tenant, mail, password) => post(tenant, '/sign-in', '/sign-in', { mail, password })
const mailTo = (address, words) => until(`a mail to ${address}`, async () =>
  (await stack.mails()).findLast((mail) => mail.to.includes(address) && (!words || words.test(mail.subject))), 20)
const linkIn = (mail, word) => mail.html.match(new RegExp(`href="http://[^/]+(/portal/${word}/[a-z2-7]{40})"`))[1].replace('/portal', '')
const owner = async (tenant = 'acme') => ({ Cookie: await stack.signIn(tenant) })

async function invite (tenant, mail, name, role, password = GOOD) {
  const headers = await owner(tenant)
  const answer = await post(tenant, '/members', '/members', { name, mail, role }, headers)
  assert.equal(answer.status, 303, answer.body.slice(0, 300))
  const link = linkIn(await mailTo(mail, /invit/), 'invitation')
  const joined = await post(tenant, link, link, password ? { password } : {})
  assert.equal(joined.status, 303)
  return cookieOf(joined)
}

before(async () => {
  stack = await start({ mail: true })
  for (const tenant of ['acme', 'beta']) {
    await stack.cli('tenant', 'create', tenant, '--title', tenant === 'acme' ? 'Acme' : 'Beta', '--language', 'en')
    ids[tenant] = await stack.sql(`SELECT id FROM scopiton.tenant WHERE name = '${tenant}'`)
    await stack.sql(`INSERT INTO t${ids[tenant]}.role (name) VALUES ('reader')`)
    await until('its portal serves', async () => (await portal(tenant, '/sign-in')).status === 200)
  }
})
after(() => stack?.stop())

test('who came in by a link sets up an account, and signs in with it afterwards', async () => {
  const headers = await owner()
  assert.equal((await post('acme', '/account/password', '/account/password', { name: 'Anna', mail: '' }, headers)).status, 422)
  assert.equal((await post('acme', '/account/password', '/account/password', { name: '', mail: 'Anna@Example.org' }, headers)).status, 422, 'nobody is called owner')
  await post('acme', '/account/password', '/account/password', { name: 'Anna', mail: 'Anna@Example.org', password: GOOD }, headers)
  assert.equal((await mailTo('Anna@Example.org')).subject, 'Choose your password for Acme')
  assert.equal(await stack.sql('SELECT COUNT(*) FROM account.person'), '0', 'not before the address is proved: it may be somebody else\'s')
  assert.match((await signIn('acme', 'anna@example.org', GOOD)).body, /Wrong e-mail address or password/)
  await stack.sql('DELETE FROM account.failure')
  await stack.setUp(host('acme'), headers.Cookie, 'Anna@Example.org', GOOD)
  const answer = await signIn('acme', 'anna@example.ORG', GOOD)
  assert.equal(answer.status, 303)
  assert.equal((await portal('acme', '/', { headers: { Cookie: cookieOf(answer) } })).status, 200)
  const stored = await stack.sql('SELECT password FROM account.person')
  assert.match(stored, /^\$argon2id\$v=19\$m=65536,t=2,p=1\$/)
})

test('a wrong password and an unknown address are answered alike, word for word and in the same time', async () => {
  const timed = async (mail) => {
    const took = []
    let body
    for (let i = 0; i < 4; i++) {
      await stack.sql('DELETE FROM account.failure')
      const _key = await stack.key(host('acme'), '/portal/sign-in')
      const from = performance.now()
      const answer = await portal('acme', '/sign-in', { form: { _key, mail, password: 'wrong password' } })
      took.push(performance.now() - from)
      assert.equal(answer.status, 200)
      assert.equal(cookieOf(answer), undefined)
      body = answer.body.replace(/value="[^"]*"/g, '')
    }
    return { body, least: Math.min(...took) }
  }
  const known = await timed('anna@example.org'), unknown = await timed('nobody@example.org')
  assert.equal(known.body, unknown.body)
  assert.match(known.body, /Wrong e-mail address or password\./)
  assert.ok(unknown.least > known.least / 3 && unknown.least < known.least * 3, `${unknown.least} and ${known.least} ms`)
})

test('a person is a member of one tenant, and nothing at another until they are invited there', async () => {
  assert.match((await signIn('beta', 'anna@example.org', GOOD)).body, /Wrong e-mail address or password/)
  const form = { name: 'Anna', mail: 'anna@example.org', role: 'reader' }
  assert.equal((await post('beta', '/members', '/members', form, await owner('beta'))).status, 303)
  const link = linkIn(await mailTo('anna@example.org', /invit/), 'invitation')
  for (const wrong of [{}, { password: 'the password of nobody' }]) {
    const answer = await post('beta', link, link, wrong)
    assert.match(answer.body, /Wrong e-mail address or password\./)
    assert.equal(cookieOf(answer), undefined)
    assert.equal(await stack.sql(`SELECT COUNT(*) FROM t${ids.beta}.member WHERE person IS NOT NULL`), '0', 'the mailbox alone joins nothing')
  }
  await stack.sql('DELETE FROM account.failure')
  const joined = await post('beta', link, link, { password: GOOD })
  assert.equal(joined.status, 303)
  assert.equal((await portal('beta', '/', { headers: { Cookie: cookieOf(joined) } })).status, 200)
  assert.equal((await signIn('beta', 'anna@example.org', GOOD)).status, 303)
  assert.equal(await stack.sql("SELECT COUNT(*) FROM account.person WHERE mail = 'anna@example.org'"), '1')
})

test('an invited member joins with a password, sees what the role allows, and the link works once', async () => {
  const headers = await owner()
  await post('acme', '/members', '/members', { name: 'Bart', mail: 'bart@example.org', role: 'reader' }, headers)
  const mail = await mailTo('bart@example.org')
  assert.equal(mail.subject, 'Anna invites you to Acme')
  assert.equal(await stack.sql("SELECT MAX(html) FROM t1.mail WHERE recipient = 'bart@example.org'"), '')
  const link = linkIn(mail, 'invitation')
  assert.equal((await post('acme', link, link, {})).status, 422)
  const joined = await post('acme', link, link, { password: OTHER })
  const cookie = { Cookie: cookieOf(joined) }
  assert.equal((await portal('acme', '/', { headers: cookie })).status, 200)
  for (const url of ['/members', '/audit', '/jobs', '/mails']) assert.equal((await portal('acme', url, { headers: cookie })).status, 403, url)
  assert.match((await portal('acme', link)).body, /This invitation is no longer valid/)
  assert.match((await portal('acme', '/members', { headers })).body, /Bart<\/a><span[^>]*>bart@example\.org[^]*?reader[^]*?Has an account/)
})

test('an address that is a member, a role that is none, and a name that is too long are refused in words', async () => {
  const headers = await owner()
  for (const [form, words] of [[{ name: 'X', mail: 'BART@example.org', role: 'reader' }, /already a member/],
    [{ name: 'X', mail: 'x@example.org', role: 'emperor' }, /one of the roles/], [{ name: 'x'.repeat(101), mail: 'x@example.org', role: 'reader' }, /100/],
    [{ name: '<script>', mail: 'x', role: 'reader' }, /not an e-mail address[^]*&lt;script&gt;/]]) {
    const { status, body } = await post('acme', '/members', '/members', form, headers)
    assert.equal(status, 422)
    assert.match(body, words)
  }
})

test('a role that is taken away counts at once, while its holder is working', async () => {
  const cookie = { Cookie: await invite('acme', 'cleo@example.org', 'Cleo', 'owner') }
  assert.equal((await portal('acme', '/members', { headers: cookie })).status, 200)
  const id = await stack.sql("SELECT id FROM t1.member WHERE mail = 'cleo@example.org'")
  const headers = await owner()
  assert.equal((await post('acme', `/members/${id}`, `/members/${id}/role`, { role: 'reader' }, headers)).status, 303)
  assert.equal((await portal('acme', '/members', { headers: cookie })).status, 403)
  assert.equal((await post('acme', `/members/${id}`, `/members/${id}/remove`, { sure: '1' }, headers)).status, 303)
  assert.equal((await portal('acme', '/', { headers: cookie })).status, 401)
  assert.match((await signIn('acme', 'cleo@example.org', GOOD)).body, /Wrong e-mail address or password/)
})

test('the last owner stays one', async () => {
  const headers = await owner('beta')
  const id = await stack.sql(`SELECT member FROM t${ids.beta}.member_role WHERE role = 'owner'`)
  for (const [verb, form] of [['role', { role: 'reader' }], ['remove', {}]]) {
    const { status, body } = await post('beta', `/members/${id}`, `/members/${id}/${verb}`, form, headers)
    assert.equal(status, 422)
    assert.match(body, /last owner/)
  }
  assert.equal(await stack.sql(`SELECT COUNT(*) FROM t${ids.beta}.member_role WHERE role = 'owner'`), '1')
})

test('another tenant\'s member has no page here, and is neither changed nor removed', async () => {
  const headers = await owner('beta')
  const own = await stack.sql(`SELECT MAX(id) FROM t${ids.beta}.member`)
  const foreign = 9999
  assert.equal((await portal('beta', `/members/${foreign}`, { headers })).status, 404)
  const _key = await stack.key(host('beta'), `/portal/members/${own}`, headers, `/portal/members/${own}/remove`)
  assert.equal((await portal('beta', `/members/${foreign}/remove`, { headers, form: { _key } })).status, 404)
})

test('a forgotten password: the same page for everybody, a mail for a member, a link that works once', async () => {
  const ask = (mail) => post('acme', '/forgot', '/forgot', { mail }, { 'Accept-Language': 'de' })
  const known = await ask('anna@example.org'), unknown = await ask('nobody@example.org')
  assert.equal(known.body, unknown.body)
  const link = linkIn(await mailTo('anna@example.org', /neues Passwort/), 'reset') // in the language of the page that asked
  const before = cookieOf(await signIn('acme', 'anna@example.org', GOOD))
  const form = { _key: await stack.key(host('acme'), `/portal${link}`), password: OTHER }
  const again = { _key: await stack.key(host('acme'), `/portal${link}`), password: 'yet another one' }
  assert.equal((await portal('acme', link, { form })).status, 303)
  const second = await portal('acme', link, { form: again })
  assert.match(second.body, /This link is no longer valid/)
  assert.equal((await portal('acme', '/', { headers: { Cookie: before } })).status, 401, 'sessions of before have ended')
  assert.equal((await signIn('acme', 'anna@example.org', OTHER)).status, 303)
  assert.match((await signIn('acme', 'anna@example.org', GOOD)).body, /Wrong e-mail address or password/)
  assert.equal((await stack.mails()).filter(({ to }) => to.includes('nobody@example.org')).length, 0)
  assert.equal(await stack.sql("SELECT COUNT(*) FROM queue.mail WHERE recipient = 'nobody@example.org'"), '0')
})

test('a password is changed by who knows the present one', async () => {
  const headers = { Cookie: cookieOf(await signIn('acme', 'anna@example.org', OTHER)) }
  assert.match((await post('acme', '/account/password', '/account/password', { current: 'wrong', password: GOOD }, headers)).body, /not your current password/)
  const elsewhere = { Cookie: cookieOf(await signIn('acme', 'anna@example.org', OTHER)) }
  const atBeta = { Cookie: cookieOf(await signIn('beta', 'anna@example.org', OTHER)) }
  assert.equal((await post('acme', '/account/password', '/account/password', { current: OTHER, password: GOOD }, headers)).status, 303)
  assert.equal((await portal('acme', '/', { headers })).status, 200, 'who has changed it stays')
  assert.equal((await portal('acme', '/', { headers: elsewhere })).status, 401)
  await until('signed out at the other tenant too', async () => (await portal('beta', '/', { headers: atBeta })).status === 401)
  assert.equal((await signIn('acme', 'anna@example.org', GOOD)).status, 303)
})

test('a sender who guesses is asked to wait; the owner still enters, from elsewhere and after failures of many', async () => {
  await stack.sql('DELETE FROM account.failure')
  for (let i = 0; i < 5; i++) assert.match((await signIn('acme', 'anna@example.org', 'guess')).body, /Wrong e-mail address or password/)
  const { body, status } = await signIn('acme', 'anna@example.org', GOOD)
  assert.equal(status, 200)
  assert.match(body, /Too many attempts from your network/)
  // 10,000 failures of 1,000 other senders, as the table would have them.
  await stack.sql(`USE mysql; DELETE FROM account.failure; INSERT INTO account.failure (sender, mail)
    SELECT SHA2(seq % 1000, 256), SHA2('anna', 256) FROM seq_1_to_10000`)
  assert.equal((await signIn('acme', 'anna@example.org', GOOD)).status, 303)
})

test('many sign-ins at once are worked on two at a time, and all are answered', async () => {
  await stack.sql('DELETE FROM account.failure')
  const keys = await Promise.all(Array.from({ length: 8 }, () => stack.key(host('acme'), '/portal/sign-in')))
  const answers = await Promise.all(keys.map((_key) => portal('acme', '/sign-in', { form: { _key, mail: 'anna@example.org', password: GOOD } })))
  assert.deepEqual(answers.map(({ status }) => status), Array(8).fill(303))
})

test('a second step: set up with an app, asked for after the password, each code once', async () => {
  await stack.sql('DELETE FROM account.failure')
  await invite('acme', 'dora@example.org', 'Dora', 'reader')
  const headers = { Cookie: cookieOf(await signIn('acme', 'dora@example.org', GOOD)) }
  const page = (await portal('acme', '/account/second', { headers })).body
  const [, secret] = page.match(/<strong class="num">([A-Z2-7]{32})</), [, sealed] = page.match(/name="secret" value="([0-9a-f]+)"/)
  const form = async (code, from = sealed) => ({ _key: await stack.key(host('acme'), '/portal/account/second', headers), secret: from, code, current: GOOD })

  const wrong = await portal('acme', '/account/second', { headers, form: await form('000000') })
  assert.equal(wrong.status, 422)
  assert.ok(wrong.body.includes(secret), 'the app keeps its secret')
  assert.equal((await portal('acme', '/account/second', { headers, form: await form(codeOf(secret), sealed.slice(0, -2) + (sealed.endsWith('00') ? '11' : '00')) })).status, 422)
  const guessed = await portal('acme', '/account/second', { headers, form: { ...await form(codeOf(secret)), current: 'a stolen session' } })
  assert.match(guessed.body, /not your current password/)
  const other = (await portal('acme', '/account/second', { headers })).body
  const secondTab = await form(codeOf(other.match(/<strong class="num">([A-Z2-7]{32})</)[1]), other.match(/name="secret" value="([0-9a-f]+)"/)[1])
  const confirmed = await form(codeOf(secret))
  const on = await portal('acme', '/account/second', { headers, form: confirmed })
  const codes = [...on.body.matchAll(/<li class="num">([a-z2-7]{10})<\/li>/g)].map(([, code]) => code)
  assert.equal(codes.length, 8)
  assert.equal((await portal('acme', '/account/second', { headers, form: confirmed })).status, 409, 'codes are shown once')
  assert.equal(await stack.sql("SELECT COUNT(*) FROM t1_portal.scop_form_key WHERE answer LIKE '%class=\"codes\"%'"), '0')
  const replaced = await portal('acme', '/account/second', { headers, form: secondTab })
  assert.match(replaced.body, /is already on/)
  assert.equal(await stack.sql(`SELECT COUNT(*) FROM account.person WHERE totp LIKE '%${secret}%'`), '0', 'the secret is sealed')

  const passed = async () => {
    const first = await signIn('acme', 'dora@example.org', GOOD)
    assert.equal(first.status, 200)
    assert.equal(cookieOf(first), undefined)
    const [, _key] = first.body.match(/name="_key" value="([^"]+)"/), [, pass] = first.body.match(/name="pass" value="([0-9a-f]+)"/)
    return { _key, pass }
  }
  const second = async (code, more = {}) => portal('acme', '/sign-in/second', { form: { ...await passed(), code, ...more } })
  assert.equal((await second(codeOf(secret))).status, 200, 'the code that switched it on is used')
  const next = codeOf(secret, Math.floor(Date.now() / 30000) + 1) // an app's clock may be half a minute ahead
  assert.equal((await second(next)).status, 303)
  assert.match((await second(next)).body, /not the code/)
  const recovered = await second(codes[0])
  assert.equal(recovered.status, 303)
  assert.match((await second(codes[0])).body, /not the code/)
  assert.equal((await second(codes[1], { pass: 'ab'.repeat(60) })).headers.location, '/portal/sign-in')
  assert.equal((await portal('acme', '/', { headers: { Cookie: cookieOf(recovered) } })).status, 200)

  await stack.sql('DELETE FROM account.failure')
  for (let i = 0; i < 5; i++) await second('123456')
  assert.equal((await second(codes[2])).headers.location, '/portal/sign-in', 'codes are not guessed')
  await stack.sql('DELETE FROM account.failure')
  await second('123456')
  await stack.sql('INSERT INTO account.failure (sender, mail) SELECT MD5(s.seq), f.mail FROM account.failure f JOIN account.seq_1_to_29 s')
  assert.equal((await second(codes[2])).headers.location, '/portal/sign-in', 'nor by many together')
  await stack.sql(`CREATE TEMPORARY TABLE t1.had SELECT password FROM account.person WHERE mail = 'anna@example.org'; UPDATE account.person SET password = (SELECT password FROM t1.had) WHERE mail = 'dora@example.org'`)
  const before = await passed()
  assert.equal((await second(codes[2])).status, 303, 'a new password, which the guessers do not know, ends that')
  await stack.sql(`UPDATE account.person SET password = REVERSE(password) WHERE mail = 'dora@example.org'`)
  assert.equal((await portal('acme', '/sign-in/second', { form: { ...before, code: codes[3] } })).headers.location, '/portal/sign-in',
    'who knew the password before it was changed knows nothing now')
  await stack.sql(`UPDATE account.person SET password = REVERSE(password) WHERE mail = 'dora@example.org'`)
  assert.equal((await portal('acme', '/sign-in/second', { form: { ...await passed(), code: codes[3] } })).status, 303)
  await stack.sql('DELETE FROM account.failure')

  // An invitation elsewhere asks for both.
  await post('beta', '/members', '/members', { name: 'Dora', mail: 'dora@example.org', role: 'reader' }, await owner('beta'))
  const link = linkIn(await mailTo('dora@example.org', /to Beta/), 'invitation')
  for (const given of ['', '123456']) {
    const answer = await post('beta', link, link, { password: GOOD, code: given })
    assert.match(answer.body, /not the code/)
    assert.equal(cookieOf(answer), undefined)
  }
  assert.equal((await post('beta', link, link, { password: GOOD, code: codes[4] })).status, 303)

  assert.equal((await post('acme', '/account/second', '/account/second/off', { current: 'wrong' }, headers)).status, 422)
  assert.equal((await post('acme', '/account/second', '/account/second/off', { current: GOOD }, headers)).status, 303)
  assert.equal((await signIn('acme', 'dora@example.org', GOOD)).status, 303)
})

test('a page for members leads to signing in', async () => {
  const { status, body } = await portal('acme', '/members')
  assert.equal(status, 401)
  assert.match(body, /<a [^>]*href="\/portal\/sign-in"/)
  const returns = async (to) => (await post('acme', '/sign-in', '/sign-in', { mail: 'anna@example.org', password: GOOD, to })).headers.location
  assert.equal(await returns('/portal/members?words=Zo%C3%A9'), '/portal/members?words=Zo%C3%A9')
  for (const to of ['', '/portal/sign-out']) assert.equal(await returns(to), '/portal/', to)
  for (const to of ['//evil.example/', '/\\evil.example/', 'https://evil.example/', 'evil', '/é']) assert.equal(await returns(to), '/', to)
})

test('the audit trail says who did what', async () => {
  const { body } = await portal('acme', '/audit', { headers: await owner() })
  for (const words of [/Invited a member <span class="detail">bart@example\.org/, /Joined <span class="detail">bart@example\.org/, /Changed a member&#39;s role <span class="detail">Cleo: reader/, /Removed a member <span class="detail">Cleo/, /Changed the password/, /Reset a forgotten password/]) assert.match(body, words)
})

test('no other module reads persons', async () => {
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
  const password = (await import('node:fs')).readFileSync(`${stack.folder}/secrets/guestbook`, 'utf8').split('\n')[0]
  for (const sql of ['SELECT * FROM account.person', 'SELECT * FROM account.reset', 'SELECT * FROM account.failure']) {
    await assert.rejects(stack.sql(`SET ROLE t1_guestbook; ${sql}`, { user: 'scop_guestbook', password }), /denied/)
  }
})

test('an address that only looks like another is nobody\'s: no mail goes to it, and no account is found by it', async () => {
  for (const mail of ['änna@example.org', 'anna@exämple.org', 'ａnna@example.org', 'anna@example.org\u00ad']) {
    assert.equal((await post('acme', '/forgot', '/forgot', { mail })).status, 422, mail)
    await stack.sql('DELETE FROM account.failure')
    assert.match((await signIn('acme', mail, GOOD)).body, /Wrong e-mail address or password/, mail)
  }
  await stack.sql('DELETE FROM account.failure')
  for (let i = 0; i < 5; i++) await signIn('acme', 'anna@example.org'.split('').map((c, at) => at === i ? c.toUpperCase() : c).join(''), 'guess')
  assert.match((await signIn('acme', 'ANNA@example.org', 'guess')).body, /Too many attempts/, 'one address however it is spelt')
  await stack.sql('DELETE FROM account.failure')
})

test('a role is named as it is, and long names make no mail fail', async () => {
  const headers = await owner()
  assert.equal((await post('acme', '/members', '/members', { name: 'X', mail: 'look@example.org', role: 'OWNER' }, headers)).status, 422)
  assert.equal((await post('acme', '/members', '/members', { name: 'X', mail: 'look@example.org', role: 'ownér' }, headers)).status, 422)
  await stack.sql("UPDATE scopiton.tenant SET title = REPEAT('é', 100) WHERE name = 'acme'")
  assert.equal((await post('acme', '/members', '/members', { name: 'ü'.repeat(100), mail: 'long@example.org', role: 'reader' }, headers)).status, 303)
})

test('who was invited elsewhere and forgot the password gets another there, and joins with it', async () => {
  await invite('acme', 'erik@example.org', 'Erik', 'reader')
  const answers = await post('beta', '/members', '/members', { name: 'Erik', mail: 'erik@example.org', role: 'reader' }, await owner('beta'))
  assert.equal(answers.status, 303)
  const link = linkIn(await mailTo('erik@example.org', /to Beta/), 'invitation')
  await post('beta', '/forgot', '/forgot', { mail: 'erik@example.org' })
  const reset = linkIn(await until('the link', async () => (await stack.mails()).findLast(({ to, html }) => to.includes('erik@') && html.includes('/reset/')), 20), 'reset')
  const changed = await post('beta', reset, reset, { password: OTHER })
  assert.equal(changed.headers.location, '/portal/sign-in')
  assert.match((await signIn('beta', 'erik@example.org', OTHER)).body, /Wrong e-mail address or password/, 'not before they join')
  assert.equal((await post('beta', link, link, { password: OTHER })).status, 303)
  assert.equal((await signIn('beta', 'erik@example.org', OTHER)).status, 303)
  await stack.sql('DELETE FROM account.failure')
})

test('a member who did not take the invitation gets another, and the first one ends', async () => {
  const headers = await owner()
  await post('acme', '/members', '/members', { name: 'Finn', mail: 'finn@example.org', role: 'reader' }, headers)
  const first = linkIn(await mailTo('finn@example.org'), 'invitation'), id = await stack.sql("SELECT id FROM t1.member WHERE mail = 'finn@example.org'")
  assert.equal((await post('acme', `/members/${id}`, `/members/${id}/invite`, {}, headers)).status, 303)
  const next = await until('the second mail', async () => (await stack.mails()).filter(({ to }) => to.includes('finn@')).map((mail) => linkIn(mail, 'invitation')).find((link) => link !== first), 20)
  assert.match((await portal('acme', first)).body, /This invitation is no longer valid/)
  const _key = await stack.key(host('acme'), `/portal/members/${id}`, headers, `/portal/members/${id}/invite`)
  assert.equal((await post('acme', next, next, { password: GOOD })).status, 303)
  assert.equal((await portal('acme', `/members/${id}/invite`, { headers, form: { _key } })).status, 404, 'who has an account is not invited')
})
