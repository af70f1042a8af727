// SPDX-License-Identifier: EUPL-1.2
// Places and takes of the queue are shared: neither slow jobs nor a long backlog of one module is in the way of another's.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { sleep, start, until } from '../support/stack.mjs'
import { Packages } from '../fault/faults.mjs'

const PLACES = 128, BACKLOG = 100_000
let stack, packages

const number = (sql) => stack.sql(sql).then(Number)
const enqueue = (role, name, count) => stack.sql(`USE mysql; INSERT INTO queue.outbox (role, name, body, run_at)
  SELECT '${role}', '${name}', '{"text":"x"}', UTC_TIMESTAMP() - INTERVAL 1 DAY FROM seq_1_to_${count}`)
const running = (role) => number(`SELECT COUNT(*) FROM queue.outbox WHERE role = '${role}' AND dispatcher IS NOT NULL`)
// A job of another module, due later than all of the backlog.
async function other (text) {
  const from = performance.now()
  await stack.sql(`INSERT INTO queue.outbox (role, name, body) VALUES ('t1_listener', 'heard', '{"text":"${text}"}')`)
  await until(`'${text}' has been heard`, async () => await number(`SELECT COUNT(*) FROM t1_listener.heard WHERE text = '${text}'`) === 1, 20)
  return performance.now() - from
}

before(async () => {
  packages = new Packages('portal', 'clerk', 'listener')
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  for (const module of ['clerk', 'listener']) await stack.cli('module', 'install', module, '--tenant', 'acme')
  await other('warm')
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

test('an entry with a time of long ago goes before no older one', async () => {
  await stack.cli('tenant', 'create', 'beta', '--title', 'Beta')
  await stack.cli('module', 'install', 'clerk', '--tenant', 'beta')
  const put = (tenant, count, at) => `INSERT INTO queue.outbox (role, name, body, run_at)
    SELECT 't${tenant}_clerk', 'slow', '{"text":"turn"}', ${at} FROM seq_1_to_${count}`
  await stack.sql(`USE mysql; BEGIN; ${put(1, 10, 'UTC_TIMESTAMP(3)')}; ${put(2, 300, "'2001-01-01'")}; COMMIT`)
  await until('the older ones are running', async () => await running('t1_clerk') === 10, 5)
  await stack.sql("INSERT INTO queue.job_order (entry, verb) SELECT id, 'cancel' FROM queue.outbox WHERE name = 'slow'")
  await until('all are cancelled', async () => await number("SELECT COUNT(*) FROM queue.outbox WHERE name = 'slow'") === 0, 60)
})

test('a body that no library has bounded is not stored, and who tries is told', async () => {
  const account = { user: 'scop_clerk', password: fs.readFileSync(path.join(stack.folder, 'secrets/clerk'), 'utf8').split(/\s/)[0] }
  const put = (bytes) => stack.sql(`SET ROLE t1_clerk; INSERT INTO queue.outbox (name, body, run_at) VALUES ('nothing', CONCAT('{"text":"', REPEAT('x', ${bytes - 11}), '"}'), UTC_TIMESTAMP() + INTERVAL 1 DAY)`, account)
  for (const bytes of [65537, 15_000_000]) await assert.rejects(put(bytes), /the body of a job or event may have 65,536 bytes/)
  assert.equal(await number("SELECT COUNT(*) FROM queue.outbox WHERE role = 't1_clerk'"), 0)
  await put(65536)
  assert.equal(await number("SELECT SUM(LENGTH(body)) FROM queue.outbox WHERE role = 't1_clerk'"), 65536)
  await stack.sql("DELETE FROM queue.outbox WHERE role = 't1_clerk'")
})

test('a large body that was stored before there was a limit comes to its end unread', async () => {
  const large = (event) => `INSERT INTO queue.outbox (role, is_event, name, body, run_at) VALUES ('t1_clerk', ${event}, 'vain', '', UTC_TIMESTAMP() + INTERVAL 1 DAY)`
  await stack.sql(`${large(0)}; ${large(1)}; UPDATE queue.outbox SET body = CONCAT('{"text":"', REPEAT('x', 65536), '"}'), run_at = UTC_TIMESTAMP(3) WHERE name = 'vain'; INSERT INTO queue.outbox (role, name, body) VALUES ('t1_clerk', 'note', CONCAT('{"text":"', REPEAT('x', 200), '"}'))`)
  await until('both have ended', async () => await number("SELECT COUNT(*) FROM queue.dead WHERE role = 't1_clerk' AND error = 'its body is too large' AND body = '{}'") === 2, 20)
  await until('the other is done', async () => await number("SELECT COUNT(*) FROM t1_clerk.note WHERE job = 'note'") === 1, 20)
  assert.equal(await number("SELECT COUNT(*) FROM queue.outbox WHERE role = 't1_clerk'"), 0)
})

test('an entry whose time is no date is not in the way of the others', async () => {
  await stack.sql("SET sql_mode = ''; INSERT INTO queue.outbox (role, name, body, run_at) VALUES ('t1_clerk', 'nothing', '{}', '0000-00-00')")
  await other('after no date')
  await until('it has come to its end', async () => await number("SELECT COUNT(*) FROM queue.dead WHERE role = 't1_clerk' AND name = 'nothing'") === 1, 20)
})

test('a module with slow jobs takes half of the places, and a long backlog of it costs no reading', async () => {
  await enqueue('t1_clerk', 'slow', BACKLOG)
  await until('some are running', async () => await running('t1_clerk') > 0, 20)
  await other('beside')
  assert.ok(await running('t1_clerk') <= PLACES / 2, `${await running('t1_clerk')} are running`)
  const rows = () => number("SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'HANDLER_READ_NEXT'")
  const before = await rows()
  await sleep(3000)
  const each = (await rows() - before) / 3
  console.log(`${BACKLOG} entries are due: ${Math.round(each)} rows are read a second`)
  assert.ok(each < BACKLOG / 4, `${each} rows a second`)
})
