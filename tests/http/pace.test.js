// SPDX-License-Identifier: EUPL-1.2
// A tenant's mails have a rate limit, so that one tenant's thousands delay nobody else; secret mails such as sign-in links are exempt.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sleep, start, until } from '../support/stack.mjs'

let stack

const send = (role, recipient, count, secret = 0) => stack.sql(`INSERT INTO queue.mail (role, recipient, sender_name, subject, html, secret)
  SELECT '${role}', CONCAT(seq, '${recipient}'), 'x', 'x', '<p>x</p>', ${secret} FROM seq_1_to_${count}`.replace('FROM seq', 'FROM mysql.seq'))
const sent = (end) => stack.sql(`SELECT COUNT(*) FROM queue.mail WHERE state = 'sent' AND recipient LIKE '%${end}'`).then(Number)

before(async () => {
  stack = await start({ mail: true, config: ['mail_rate = 3'] })
  for (const tenant of ['acme', 'beta']) await stack.cli('tenant', 'create', tenant, '--title', tenant)
})
after(() => stack?.stop())

test('who sends many at once is slowed down, others are not, and a way in is not either', async () => {
  await send('t1_portal', '@many.example.org', 80)
  await until('the first have gone', async () => await sent('@many.example.org') >= 3, 30) // mails taken before continue
  await send('t2_portal', '@other.example.org', 2)
  await until("the other tenant's have gone", async () => await sent('@other.example.org') === 2, 30)
  await send('t1_portal', '@door.example.org', 1, 1)
  await until('the way in has gone', async () => await sent('@door.example.org') === 1, 30)
  assert.ok(await sent('@many.example.org') < 80, 'the rest waits for its minute')
})

test('the pace holds for each of a dozen that send many at once', async () => {
  const tenants = Array.from({ length: 12 }, (_, i) => 101 + i)
  for (const tenant of tenants) await send(`t${tenant}_shop`, `@crowd${tenant}.example.org`, 60)
  await until('the first of each have gone', async () => (await Promise.all(tenants.map((tenant) => sent(`@crowd${tenant}.example.org`)))).every((count) => count >= 3), 30)
  await sleep(5000)
  for (const tenant of tenants) assert.ok(await sent(`@crowd${tenant}.example.org`) < 40, `tenant ${tenant} waits for its minute`)
})
