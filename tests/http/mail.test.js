// SPDX-License-Identifier: EUPL-1.2
// Mails, from a module's transaction to a real mail server; refused and deferred mails, slow and hostile servers.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { root, start, until } from '../support/stack.mjs'
import { configure, Packages, replace } from '../fault/faults.mjs'

const url = (language) => `/${language}/postman/`
let stack, packages

async function send (form, language = 'en') {
  const _key = await stack.key('acme.localhost', url(language))
  return stack.request('acme.localhost', url(language), { form: { _key, to: 'zoe@example.org', name: 'Zoé', text: 'Hello', ...form } })
}
const state = (where = '1') => stack.sql(`SELECT CONCAT(state, ' ', tries, ' ', answer) FROM queue.mail WHERE ${where} ORDER BY id DESC LIMIT 1`)
// Retries rest for long, and a person's SQL wakes nobody; a test waits for neither.
async function hurry () {
  await stack.sql("UPDATE queue.mail SET run_at = UTC_TIMESTAMP(3) WHERE state = 'waiting'")
  await send({ text: 'wakes the mailer' })
}
const arrived = (subject, seconds) => until(`'${subject}' has arrived`, async () => (await stack.mails()).find((mail) => mail.subject.includes(subject)), seconds)

before(async () => {
  packages = new Packages('portal', 'postman')
  stack = await start({ modules: packages.folder, mail: true })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme & Fils', '--language', 'en')
  await stack.cli('module', 'install', 'postman', '--tenant', 'acme')
  await until('it serves', async () => (await stack.request('acme.localhost', url('en'))).status === 200)
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

test('a mail is sent after the commit: two forms of one text, and the headers that it needs', async () => {
  assert.equal((await send({ text: 'Bonne nouvelle <b>&\nà demain', reply_to: 'shop@example.org' }, 'fr')).status, 303)
  const mail = await arrived('Des nouvelles pour Zoé : Bonne nouvelle <b>& à demain', 20)
  assert.equal(mail.from, 'Acme & Fils <no-reply@localhost.localdomain>')
  assert.equal(mail.to, 'Zoé <zoe@example.org>')
  assert.equal(mail['reply-to'], 'shop@example.org')
  assert.match(mail['message-id'], /^<\d+\.\d+@localhost\.localdomain>$/)
  assert.ok(Math.abs(new Date(mail.date) - Date.now()) < 60000)
  assert.equal(mail['auto-submitted'], 'auto-generated')
  assert.deepEqual(mail.defects, [])
  assert.match(mail['content-type'], /^multipart\/mixed/)
  assert.match(mail.html, /<html lang="fr">[^]*<p>Bonne nouvelle &lt;b&gt;&amp;\r?\nà demain<\/p>/)
  assert.match(mail.html, new RegExp(`href="http://acme.localhost:${stack.port}/fr/postman/"`))
  assert.match(mail.text, new RegExp(`^Zoé\r?\n\r?\nBonne nouvelle <b>& à demain\r?\n\r?\nAcme & Fils http://acme.localhost:${stack.port}/fr/postman/`))
  assert.match(await until('it is noted', async () => (await state()).startsWith('sent') && state()), /^sent 1 250 /)
})

test('an address in a link is the tenant\'s own, whatever the visitor\'s browser says', async () => {
  const _key = await stack.key('acme.localhost', url('en'))
  await stack.raw(`POST http://acme.localhost${url('en')} HTTP/1.1\r\nHost: acme.localhost.evil.example\r\nConnection: close\r\n` +
    'Content-Type: application/x-www-form-urlencoded\r\n' + ((body) => `Content-Length: ${body.length}\r\n\r\n${body}`)(
    new URLSearchParams({ _key, to: 'zoe@example.org', name: 'Zoe', text: 'poisoned' }).toString()))
  const found = (await stack.sql("SELECT COUNT(*) FROM queue.mail WHERE html LIKE '%evil%'"))
  assert.equal(found, '0')
})

test('a job sends too, and an attachment arrives whole', async () => {
  await send({ text: 'from a job', job: 'on' })
  await arrived('from a job', 20)
  await send({ text: 'a,b\nç,d', attach: 'Liste d\'été.csv' })
  const { files } = await arrived('a,b ç,d')
  assert.deepEqual(files, [{ name: 'Liste d\'été.csv', type: 'text/csv', size: 8 }])
  await until('its bytes are gone', async () => await stack.sql('SELECT COUNT(*) FROM queue.attachment') === '0')
})

test('a mail has as many attachments as it says, or none of it is sent', async () => {
  assert.equal((await send({ text: 'twenty of them', attach: 'a.csv', times: '20' })).status, 303)
  assert.equal((await arrived('twenty of them', 20)).files.length, 20)
  assert.equal((await send({ text: 'one more', attach: 'a.csv', times: '21' })).status, 500)
  await until('the log says so', () => /which has at most 20/.test(stack.log()))
  assert.equal(await stack.sql("SELECT COUNT(*) FROM queue.mail WHERE html LIKE '%one more%'"), '0')
})

test('an address that is none fails the request; nothing of it is sent', async () => {
  for (const to of ['nobody', 'a@b', 'a@b.org,c@d.org', 'a b@example.org', '<a@b.org>', `${'x'.repeat(190)}@b`]) assert.equal((await send({ to })).status, 500, to)
  assert.equal((await send({ reply_to: 'nobody' })).status, 500)
  // A line break does not even get through the field; the API refuses it as well.
  assert.equal((await send({ to: 'a@b.org\r\nBcc: all@example.org' })).status, 422)
})

test('a tenant\'s mails come from its own address where one is set; what comes back comes to the host', async () => {
  for (const wrong of ['nobody', 'a@b', 'a b@example.org', 'zoé@example.org', 'a@b.org\r\nBcc: x@y.org', `${'x'.repeat(250)}@b.org`])
    await assert.rejects(stack.cli('tenant', 'sender', 'acme', wrong), /is not an e-mail address to send from/, wrong)
  await stack.cli('tenant', 'sender', 'acme', 'bonjour@acme.example')
  assert.match(await stack.cli('tenant', 'show', 'acme'), /^sender +bonjour@acme\.example$/m)
  await send({ text: 'of its own' })
  const mail = await arrived('of its own', 20)
  assert.equal(mail.from, 'Acme & Fils <bonjour@acme.example>')
  assert.match(mail['message-id'], /@localhost\.localdomain>$/, 'by which a bounce is known')
  const owner = { headers: { Cookie: await stack.signIn('acme') } }
  assert.match((await stack.request('acme-portal.localhost', '/portal/mails', owner)).body, /They are sent from bonjour@acme\.example\./)
  await stack.cli('tenant', 'sender', 'acme', 'none')
  await send({ text: 'of the host' })
  assert.equal((await arrived('of the host', 20)).from, 'Acme & Fils <no-reply@localhost.localdomain>')
})

test('what is secret is shown to nobody, and gone once it is sent', async () => {
  await send({ text: 'secret word', secret: 'on' })
  assert.equal(await stack.sql("SELECT MAX(html) FROM t1.mail WHERE subject LIKE '%secret word'"), '')
  await arrived('secret word', 20)
  await until('it is taken out', async () => await stack.sql("SELECT html FROM queue.mail WHERE subject LIKE '%secret word'") === '')
})

test('a server that is away is tried again, and nothing is lost', async () => {
  process.kill(stack.pid('mail'), 'SIGKILL')
  await send({ text: 'patience' })
  await until('a try has failed', async () => /^waiting 1 .*([Cc]onnect|refused)/.test(await state()))
  await stack.again('mail')
  await hurry()
  await arrived('patience', 20)
})

// A server controlled by the test. `script` returns the answer to a line.
function server (script) {
  return new Promise((resolve) => {
    const sockets = new Set()
    const listening = net.createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      const greeting = script('')
      if (greeting) socket.write(greeting)
      let data = false
      socket.on('data', (bytes) => {
        for (const line of bytes.toString().split('\r\n').filter(Boolean)) {
          if (data && line !== '.') continue
          const answer = script(line, socket)
          data = line === 'DATA' && Boolean(answer)
          if (answer) socket.write(answer)
        }
      })
    }).listen(0, '127.0.0.1', () => resolve({ port: listening.address().port, stop: () => { for (const socket of sockets) socket.destroy(); listening.close() } }))
  })
}

// The mailer reads its configuration when it starts.
async function withServer (script, action) {
  const real = stack.mailPort, fake = await server(script)
  const use = async (port) => {
    const before = (await stack.sql('SELECT COALESCE(MAX(id), 0) FROM queue.mail'))
    await configure(stack, { mail_server: `smtp://127.0.0.1:${port}` })
    await replace(stack, 'mailer')
    return before
  }
  try {
    await use(fake.port)
    await action()
  } finally {
    fake.stop()
    await use(real)
  }
}

const polite = (line) => line === '' ? '220 hi\r\n' : line === 'DATA' ? '354 go\r\n' : line.startsWith('QUIT') ? '221 bye\r\n' : '250 ok\r\n'

test('a recipient whom the server refuses for good is noted, with its words; one that it defers is tried again', async () => {
  await withServer((line) => line.startsWith('RCPT TO:<gone') ? '550 5.1.1 no such person\r\n' : line.startsWith('RCPT TO:<later') ? '451 4.7.1 greylisted\r\n' : polite(line), async () => {
    await send({ to: 'gone@example.org' })
    await until('it is refused', async () => /^refused 1 550 5\.1\.1 no such person/.test(await state("recipient LIKE 'gone%'")), 20)
    await send({ to: 'later@example.org' })
    await until('it waits', async () => /^waiting 1 /.test(await state("recipient LIKE 'later%'")), 20)
    assert.equal(await stack.sql("SELECT run_at > UTC_TIMESTAMP() + INTERVAL 3 SECOND FROM queue.mail WHERE recipient LIKE 'later%'"), '1')
  })
  await hurry()
  await until('it is sent after all', async () => (await state("recipient LIKE 'later%'")).startsWith('sent 2'), 20)
})

// As RFC 3464 has them, in a Maildir of its own.
test('a mail that comes back later is noted with its reason; what else lies in that mailbox does no harm, and stays there', async () => {
  const folder = path.join(stack.folder, 'bounces'), fresh = path.join(folder, 'new')
  for (const name of ['new', 'cur', 'tmp']) fs.mkdirSync(path.join(folder, name), { recursive: true })
  await send({ to: 'left@example.org', text: 'comes back' })
  await send({ to: 'slow@example.org', text: 'is late' })
  const [left, slow] = [(await arrived('comes back', 20))['message-id'], (await arrived('is late', 20))['message-id']]
  await until('both are noted as sent', async () => (await stack.sql("SELECT COUNT(*) FROM queue.mail WHERE recipient IN ('left@example.org', 'slow@example.org') AND state = 'sent'")) === '2')
  const notification = (id, action, type = 'multipart/report; report-type=delivery-status; boundary="b"') => `From: MAILER-DAEMON@mx.example.net\nContent-Type: ${type}\n\n--b\n` +
    `Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; left@example.org\nAction: ${action}\nStatus: 5.1.1\n` +
    `Diagnostic-Code: smtp; 550 5.1.1 she has\n left <b>us</b>\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: ${id}\nSubject: x\n\n--b--\n`
  const put = (name, text) => fs.writeFileSync(path.join(fresh, name), text)
  put('1.failed', notification(left, 'failed'))
  put('2.delayed', notification(slow, 'delayed'))
  put('3.person', notification(slow, 'failed', 'text/plain'))
  put('4.other', notification(slow.replace(/@.*/, '@example.com>'), 'failed'))
  put('5.moment', notification(slow.replace(/\.\d+@/, '.17@'), 'failed'))
  put('6.rubbish', Buffer.concat([Buffer.from('Content-Type: multipart/report; delivery-status\n\n'), randomBytes(3 << 20)]))
  put('7.empty', '')
  fs.mkdirSync(path.join(fresh, '8.folder'))
  fs.symlinkSync(path.join(stack.folder, 'scopiton.conf'), path.join(fresh, '9.link'))
  execFileSync('mkfifo', [path.join(fresh, '10.pipe')])
  const from = stack.log().length
  await configure(stack, { mail_bounces: folder })
  await replace(stack, 'mailer')
  if (process.getuid() === 0) {
    await until('who may not write there says so, once', () => stack.log().slice(from).includes('are not read'), 30)
    execFileSync('chown', ['-R', '--no-dereference', fs.statSync(`/proc/${stack.service('mailer')}`).uid, folder])
  }
  await until('it is noted', async () => (await state("recipient = 'left@example.org'")) === 'refused 1 550 5.1.1 she has left <b>us</b>', 30)
  await until('everything is put away', () => fs.readdirSync(fresh).length === 0, 30)
  assert.match(await state("recipient = 'slow@example.org'"), /^sent 1/)
  const kept = fs.readdirSync(path.join(folder, 'cur'))
  assert.equal(kept.length, 10)
  assert.deepEqual(kept.filter((name) => name.endsWith(':2,S')), ['1.failed:2,S'])
  await until('it is told', () => stack.log().slice(from).includes('bounced'))
  assert.equal(stack.log().slice(from).match(/bounced/g).length, 1)
  const { body } = await stack.request('acme-portal.localhost', '/portal/mails', { headers: { Cookie: await stack.signIn('acme') } })
  assert.match(body, /Rejected: 550 5\.1\.1 she has left &lt;b&gt;us&lt;\/b&gt;/)
})

test('a server that never answers blocks nothing else: requests go on, and the next mails are taken', async () => {
  let connections = 0
  await withServer((line) => { if (line === '') connections++; return null }, async () => {
    for (let i = 0; i < 3; i++) await send({ text: `silent ${i}` })
    await until('all three are tried at once', () => connections >= 3, 20)
    assert.equal((await stack.request('acme.localhost', url('en'))).status, 200)
  })
  await hurry() // else their lease is waited for
  await arrived('silent 2', 30)
})

test("a server that drips, or stalls at or after DATA, or at the good-bye, is given up; another tenant's mails go meanwhile, and each slow one arrives once", async () => {
  const KINDS = ['drip', 'open', 'end'], slow = ['drip1', 'open1', 'end1', 'end2'].map((name) => `${name}@example.org`), taken = {}, tried = {}, drips = [], leaving = []
  let healthy = false
  // The recipient selects the fault of a connection; accepted mails are counted.
  const script = (line, socket) => {
    const to = line.match(/^RCPT TO:<([^>]+)>/)?.[1]
    if (to) Object.assign(socket, { to, kind: healthy ? undefined : KINDS.find((kind) => to.startsWith(kind)) })
    if (to) tried[to] = (tried[to] ?? 0) + 1
    if (to && socket.kind === 'drip') { socket.write('250-'); drips.push(socket.drip = setInterval(() => socket.write('x'), 300)); return null }
    if (line === 'QUIT' && socket.kind && !healthy) { clearInterval(socket.drip); leaving.push(socket); return null }
    if (line === 'DATA' && socket.kind === 'open') return null
    if (line === '.' && socket.kind === 'end') return null
    if (line === '.') taken[socket.to] = (taken[socket.to] ?? 0) + 1
    return polite(line)
  }
  const states = () => stack.sql(`SELECT GROUP_CONCAT(DISTINCT CONCAT(state, ' ', tries) ORDER BY 1) FROM queue.mail WHERE recipient IN ('${slow.join("','")}')`)
  const neighbour = async (name) => {
    await stack.sql(`INSERT INTO queue.mail (role, recipient, sender_name, subject, html) VALUES ('t77_shop', '${name}@example.org', 'x', 'x', '<p>x</p>')`)
    await send({ to: `${name}-wakes@example.org` })
    await until(`${name}'s is sent`, async () => (await state(`recipient = '${name}@example.org'`)).startsWith('sent 1'), 10)
  }
  await withServer(script, async () => {
    for (const to of slow) await send({ to })
    await until('all are under way', () => slow.every((to) => tried[to] === 1), 20)
    await neighbour('nora')
    const count = (where) => stack.sql(`SELECT COUNT(*) FROM queue.mail WHERE recipient IN ('${slow.join("','")}') AND state = 'waiting' AND tries = 1 AND (${where})`).then(Number)
    assert.equal(await count("answer = ''"), slow.length, 'while the slow ones hang')
    assert.match(await state("recipient = 'nora-wakes@example.org'"), /^waiting 0/, 'and a tenant that has half of all under way waits with its own')
    await until('their time is over', () => leaving.length === 2, 60)
    await neighbour('noah')
    for (const socket of leaving) socket.write('\r\n250 ok\r\n221 bye\r\n')
    await until('all are given up', async () => await count("answer LIKE '%imed%out%' OR answer LIKE '%imeout%'") === slow.length, 60)
    assert.equal(await states(), 'waiting 1')
    healthy = true
    await hurry()
    await until('all are sent', async () => await states() === 'sent 2', 30)
  }).finally(() => drips.forEach(clearInterval))
  assert.deepEqual(slow.map((to) => [to, taken[to], tried[to]]), slow.map((to) => [to, 1, 2]), 'taken once, at the second try')
})

test('a role may put mails of its own and nothing else', async () => {
  const password = (await import('node:fs')).readFileSync(`${stack.folder}/secrets/postman`, 'utf8').split('\n')[0]
  for (const sql of ['SELECT * FROM queue.mail', 'UPDATE queue.mail SET html = 1', 'DELETE FROM queue.mail', 'SELECT * FROM queue.attachment',
    "INSERT INTO queue.mail (role, recipient, sender_name, subject, html) VALUES ('t9_shop', 'a@b.org', 'x', 'x', 'x')",
    "INSERT INTO queue.mail (recipient, sender_name, subject, html, state) VALUES ('a@b.org', 'x', 'x', 'x', 'sent')"]) {
    await assert.rejects(stack.sql(`SET ROLE t1_postman; ${sql}`, { user: 'scop_postman', password }), /denied/, sql)
  }
})

test('a member sees what was sent and what was refused; a mail opens as a page that can do nothing; another tenant\'s is not there', async () => {
  await stack.cli('tenant', 'create', 'beta', '--title', 'Beta', '--language', 'en')
  const look = async (tenant, rest = '') => stack.request(`${tenant}-portal.localhost`, `/portal/mails${rest}`, { headers: { Cookie: await stack.signIn(tenant) } })
  const { body } = await look('acme')
  assert.match(body, /Rejected: 550 5\.1\.1 no such person/)
  assert.match(body, /secret word<span[^>]*>Only the recipient can read it/)
  const id = body.match(/href="\/portal\/mails\/(\d+)">News for Zoé: wakes the mailer/)[1]
  const mail = await look('acme', `/${id}`)
  assert.equal(mail.status, 200)
  assert.match(mail.body, /<h1>Zoé<\/h1>/)
  assert.match(mail.headers['content-security-policy'], /^default-src 'none'; style-src 'unsafe-inline'; sandbox, .*style-src 'self' 'unsafe-inline'/)
  await until('its portal serves', async () => (await look('beta')).status === 200)
  assert.match((await look('beta')).body, /No e-mails yet/)
  assert.equal((await look('beta', `/${id}`)).status, 404)
  const secret = await stack.sql("SELECT MAX(id) FROM queue.mail WHERE secret = 1")
  assert.equal((await look('acme', `/${secret}`)).status, 404)
})

test("the demo's mails are read in a browser: all of them, their links and files, and nothing in them runs", async () => {
  const port = await new Promise((resolve) => { const one = net.createServer().listen(0, '127.0.0.1', () => { const { port } = one.address(); one.close(() => resolve(port)) }) })
  const child = spawn(path.join(root, 'tools/mailbox'), [path.join(stack.folder, 'mail'), String(port)], { stdio: ['ignore', 'inherit', 'inherit'] })
  const get = async (url, headers = {}) => { const answer = await fetch(`http://127.0.0.1:${port}${url}`, { headers }); return { status: answer.status, body: await answer.text() } }
  try {
    await send({ text: '<script>x</script>' })
    await arrived('<script>x</script>', 20)
    const list = await until('it answers', () => get('/').catch(() => null))
    assert.match(list.body, /News for Zoé: &lt;script&gt;x/)
    assert.doesNotMatch(list.body, /<script/)
    const [, number] = list.body.match(/href="(\/\d+)">News for Zoé: &lt;script/), mail = await get(number)
    assert.match(mail.body, /sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="&lt;base target=&quot;_blank&quot;&gt;/)
    assert.match(mail.body, /acme\.localhost:\d+\/en\/postman/)
    assert.match(list.body, /secret word/, 'those with a way in too: that is what they are needed for')
    const [, withFile] = (await Promise.all([...list.body.matchAll(/href="(\/\d+)"/g)].map(([, url]) => get(url)))).map(({ body }) => body.match(/<li><a href="(\/\d+\/0)">/)).find(Boolean)
    assert.equal((await get(withFile)).status, 200)
    for (const url of ['/99999', '/-1', '/0/9', '/x', '/../../etc/passwd']) assert.equal((await get(url)).status, 404, url)
    const strange = await stack.request.call({ port, agent: undefined }, 'evil.example', '/')
    assert.equal(strange.status, 403, 'a name that leads here from elsewhere')
  } finally {
    child.kill()
  }
})
