// SPDX-License-Identifier: EUPL-1.2
// Places and takes of the queue are shared: neither slow jobs nor a long backlog of one module is in the way of another's.
import assert from 'node:assert/strict'
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
