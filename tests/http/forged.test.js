// SPDX-License-Identifier: EUPL-1.2
// Rows of the queue that no library has checked: native code of a module may insert what its role may. The mailer refuses what breaks a
// rule of mails; and no row is a privilege of whoever wrote it.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, test } from 'node:test'
import { sleep, start, until } from '../support/stack.mjs'
import { Packages } from '../fault/faults.mjs'

const RATE = 5, LARGE = 15_000_000
let stack, packages, password

const sound = { recipient: "'zoe@example.org'", recipient_name: "'Zoé'", sender_name: "'x'", reply_to: "''", subject: "'x'", html: "'<p>x</p>'" }
const insert = (columns) => `INSERT INTO queue.mail (${Object.keys(columns)}) VALUES (${Object.values(columns)})`
// As the module's role.
const forge = (sql) => stack.sql(`SET ROLE t1_postman; ${sql}`, { user: 'scop_postman', password })
const forged = {
  recipient: ["'a@b.org\\r\\nDATA'", "'a@b.org\\n'", "'a@b.org,c@d.org'", "'<a@b.org>'", "'a b@example.org'", "'nobody'", "''"],
  reply_to: ["'a@b.org\\r\\nBcc: c@d.org'", "'a@b.org,c@d.org'"],
  recipient_name: ["'Eve\\r\\nBcc: all@example.org'"],
  sender_name: ["'x\\nX-Evil: 1'"],
  subject: ["'Hi\\r\\n\\r\\nbody'", "''"],
  html: [`REPEAT('<', ${LARGE})`],
}
const rows = Object.entries(forged).flatMap(([column, values]) => values.map((value) => ({ ...sound, [column]: value })))
const files = { name: "'a\\r\\nX-Evil: 1'", type: "'text/plain\\r\\nX-Evil: 1'", bytes: `REPEAT('x', ${LARGE})` }
const count = (where) => stack.sql(`SELECT COUNT(*) FROM queue.mail WHERE ${where}`).then(Number)

before(async () => {
  packages = new Packages('portal', 'postman')
  stack = await start({ modules: packages.folder, mail: true, config: [`mail_rate = ${RATE}`] })
  for (const tenant of ['acme', 'beta']) await stack.cli('tenant', 'create', tenant, '--title', tenant)
  await stack.cli('module', 'install', 'postman', '--tenant', 'acme')
  password = fs.readFileSync(`${stack.folder}/secrets/postman`, 'utf8').split('\n')[0]
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

test('the mailer refuses such a mail once, with the reason, and sends the others meanwhile', async () => {
  const attached = [
    ...Object.entries(files).map(([column, value]) => [{ name: "'a.txt'", type: "'text/plain'", bytes: "'x'", [column]: value }, 1]),
    [{ name: "'a.txt'", type: "'text/plain'", bytes: "'x'" }, 21], [{ name: "'a.txt'", type: "'text/plain'", bytes: "REPEAT('x', 9000000)" }, 3],
  ]
  const put = (mail, file, times = 1) => ['BEGIN', insert(mail), 'SET @mail = LAST_INSERT_ID()',
    ...Array(times).fill(`INSERT INTO queue.attachment (role, mail, ${Object.keys(file)}) VALUES (${mail.role}, @mail, ${Object.values(file)})`), 'COMMIT']
  let tenant = 100 // each its own: none waits for its pace
  const role = () => `'t${++tenant}_postman'`
  for (const row of rows) await stack.sql(`${insert({ ...row, role: role() })}`)
  for (const [file, times] of attached) await stack.sql([...put({ ...sound, role: role() }, file, times)].join('; '))
  await stack.sql(insert({ ...sound, role: "'t2_portal'", recipient: "'other@example.org'" }))
  const all = rows.length + attached.length
  await until('all are refused', async () => await count("state = 'refused'") === all, 20)
  await until('the sound one is sent', async () => await count("state = 'sent'") === 1, 20)
  assert.equal(await count("state = 'refused' AND tries <= 1 AND answer RLIKE '^the |^a name'"), all)
  await sleep(2000)
  assert.equal(stack.log().match(/mail \d+ of tenant \d+ is refused/g).length, all, 'each is told once')
  assert.doesNotMatch(stack.log(), /the queue is unavailable/)
  assert.deepEqual((await stack.mails()).map(({ to }) => to), ['Zoé <other@example.org>'])
  assert.equal(await stack.sql('SELECT COUNT(*) FROM queue.attachment'), '0')
})

test('a mail that never came to an end is given up', async () => {
  await stack.sql(insert({ ...sound, role: "'t300_postman'", tries: 15 }))
  await until('it is refused', async () => await count("role = 't300_postman' AND state = 'refused' AND answer = 'all of its tries ended without a result'") === 1, 20)
})

test('the name of an attachment may have quotes', async () => {
  const role = "'t400_postman'", name = 'a "b"; c=\\d\\.txt'
  await stack.sql(`BEGIN; ${insert({ ...sound, role, subject: "'quoted'" })};
    INSERT INTO queue.attachment (role, mail, name, type, bytes) VALUES (${role}, LAST_INSERT_ID(), '${name.replaceAll('\\', '\\\\')}', 'text/plain', 'x'); COMMIT`)
  const mail = await until('it has arrived', async () => (await stack.mails()).find(({ subject }) => subject === 'quoted'), 20)
  assert.deepEqual(mail.files, [{ name, type: 'text/plain', size: 1 }])
})

test('many secret mails of a module go at the pace of its tenant; a way in from the portal goes before them', async () => {
  for (let i = 0; i < 60; i++) await forge(insert({ ...sound, recipient: `'${i}@many.example.org'`, secret: 1 }))
  await until('the first have gone', async () => await count("recipient LIKE '%@many.example.org' AND state = 'sent'") >= RATE, 20)
  await stack.sql(insert({ ...sound, role: "'t1_portal'", recipient: "'door@example.org'", secret: 1 }))
  await until('the way in has gone', async () => await count("recipient = 'door@example.org' AND state = 'sent'") === 1, 20)
  await sleep(3000)
  const sent = await count("recipient LIKE '%@many.example.org' AND state = 'sent'")
  assert.ok(sent < 4 * RATE, `${sent} of 60 were sent`)
  assert.equal(await stack.sql("SELECT MAX(html) FROM t1.mail WHERE recipient LIKE '%@many.example.org'"), '', 'their text stays hidden')
})

test("thousands of a tenant's mails are not in the way of another's", async () => {
  await stack.sql(`USE mysql; INSERT INTO queue.mail (role, recipient, sender_name, subject, html, run_at)
    SELECT 't1_postman', CONCAT(seq, '@flood.example.org'), 'x', 'x', 'x', UTC_TIMESTAMP() - INTERVAL 1 DAY FROM seq_1_to_5000`)
  await stack.sql(insert({ ...sound, role: "'t2_portal'", recipient: "'behind@example.org'" }))
  await until('it is sent', async () => await count("recipient = 'behind@example.org' AND state = 'sent'") === 1, 20)
  assert.ok(await count("recipient LIKE '%@flood.example.org' AND state = 'sent'") < 20)
})
