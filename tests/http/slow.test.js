// SPDX-License-Identifier: EUPL-1.2
// Slow statements are logged and listed by name, also those that MariaDB aborts.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { start, until } from '../support/stack.mjs'
import { Packages } from '../fault/faults.mjs'

const host = 'acme.localhost'
let stack, packages

before(async () => {
  packages = new Packages('portal', 'sluggish')
  stack = await start({ modules: packages.folder, config: ['slow_statement_milliseconds = 100', 'statement_seconds = 15'] })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'sluggish', '--tenant', 'acme')
  await until('it is there', async () => (await stack.request(host, '/fr/sluggish/')).status === 200)
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

const told = (pattern) => stack.log().split('\n').filter((line) => pattern.test(line))

test('a slow statement is logged once in a minute, with its name, route, time and rows, and listed', async () => {
  assert.match(await stack.cli('slow'), /no statement took 100 ms or more/)
  for (let i = 0; i < 3; i++) assert.equal((await stack.request(host, '/fr/sluggish/slow')).status, 200)
  await until('it is told', () => told(/slow statement/).length > 0)
  const lines = told(/slow statement/)
  assert.equal(lines.length, 1, lines.join('\n'))
  assert.match(lines[0], /warning worker sluggish\[\d+\]: slow statement 'many' of module sluggish: \d{3,} ms, 10 rows, route slow \(request=[0-9a-f]{32} tenant=acme path=\/fr\/sluggish\/slow\)/)
  assert.match(await stack.cli('slow'), /^ +MS +ROWS +TIMES .*\n +\d{3,} +10 +3 +sluggish +1\.0\.0 +many +slow +acme\n$/)
})

test('a statement that MariaDB ends is named in the log, and is the slowest of the list', async () => {
  assert.equal((await stack.request(host, '/fr/sluggish/too-slow')).status, 500)
  await until('both are told', () => told(/slow statement 'too_many'/).length > 0 && told(/failed: statement 'too_many': 1969: /).length > 0)
  assert.equal(told(/failed: statement 'too_many': 1969: /).length, 1)
  assert.match(told(/slow statement 'too_many'/)[0], /\d{4} ms, 0 rows, and it failed, route too_slow/)
  assert.match((await stack.cli('slow')).split('\n')[1], / too_many +too_slow +acme$/)
})

test('a statement whose temporary table grows too large ends with an error, long before the disk is full', async () => {
  assert.equal((await stack.request(host, '/fr/sluggish/too-wide')).status, 500)
  await until('it is told', () => told(/failed: statement 'wide': 1114: .*is full/).length === 1)
  assert.equal((await stack.request(host, '/fr/sluggish/')).status, 200)
})

test('without a supervisor the list says what to do', async () => {
  process.kill(stack.pid('supervisor'), 'SIGTERM')
  await until('it has gone', () => stack.cli('slow').then(() => false, ({ stderr }) => /the supervisor does not answer .*'scopiton serve' starts it/.test(stderr)))
})
