// SPDX-License-Identifier: EUPL-1.2
// Modules write to the host's log: one line each, with the module's name and the request, and never in another's name.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'

let stack, packages

before(async () => {
  packages = new Packages('portal', 'talker')
  stack = await start({ modules: packages.folder, config: ['pool_workers = 1'] })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme', '--language', 'en')
  await stack.cli('module', 'install', 'talker', '--tenant', 'acme')
  await until('it serves', async () => (await get('/')).status === 200)
})
after(async () => { await stack?.stop(); packages?.removeAll() })

const get = (url) => stack.request('acme.localhost', `/en/talker${url}`)
// Requests the page, and returns the log's lines since then, once `last` is among them.
async function said (url, last) {
  const from = stack.log().length
  if (url) assert.equal((await get(url)).status, 200)
  await until(`the log says ${last}`, () => last.test(stack.log().slice(from)))
  return stack.log().slice(from).trim().split('\n')
}
const HEAD = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`

test('a line has time, level, module, process, request and tenant', async () => {
  const lines = await said('/levels', /talker fails/)
  const of = (level, words) => lines.filter((line) => new RegExp(
    String.raw`^${HEAD} ${level} worker talker\[\d+\]: module: ${words} \(request=[0-9a-f]{32} tenant=acme path=/en/talker/levels\)$`).test(line)).length
  assert.deepEqual([of('debug', 'talker debugs'), of('info', 'talker informs 100%'), of('warning', 'talker warns'), of('error', 'talker fails')], [1, 1, 1, 1])
})

test('a job writes too, with its name and entry', async () => {
  const _key = await stack.key('acme.localhost', '/en/talker/', {}, '/en/talker/ask')
  const from = stack.log().length
  assert.equal((await stack.request('acme.localhost', '/en/talker/ask', { form: { _key } })).status, 303)
  await until('the job writes', () => /info worker talker\[\d+\]: module: talker in a job \(job=tell entry=[\d.-]+ tenant=acme\)\n/.test(stack.log().slice(from)))
})

test('no module writes a line of another, nor what a terminal obeys', async () => {
  const lines = await said('/forge', /turned/)
  assert.equal(lines.filter((line) => /^\S+ error supervisor/.test(line)).length, 0)
  const line = lines.find((one) => one.includes('turned'))
  assert.match(line, /info worker talker\[\d+\]: module: talker\\x0a2026-11-28T14:00:00\.000Z error supervisor\[1\]: forged\\x1b\[2J\\xc2\\x9b \\xff \\xe2\\x80\\xae turned, é stays \(request=/)
})

test('a long message is cut at a letter, and the request stays on the line', async () => {
  const lines = await said('/much', /the rest is dropped/)
  const [escaped, long] = ['talker escapes', 'talker is long'].map((words) => lines.find((line) => line.includes(words)))
  assert.match(escaped, /talker escapes (\\x01)+ \.\.\. \(request=[0-9a-f]{32} tenant=acme path=\/en\/talker\/much\)$/)
  assert.match(long, /talker is long: é+ \.\.\. \(request=/)
  assert.ok(Buffer.byteLength(long) < 1300, `${Buffer.byteLength(long)} bytes`)
})

test('one request writes 100 lines, and the next one may again', async () => {
  const lines = await said('/much', /the rest is dropped/)
  assert.equal(lines.filter((line) => line.includes(': module: talker ')).length, 100)
  assert.equal(lines.filter((line) => line.includes('more than 100 lines of one request; the rest is dropped (request=')).length, 1)
  await said('/levels', /talker fails/)
})

test('standard output and standard error arrive under the module\'s name, and nobody empties the log', async () => {
  const before = stack.log()
  const lines = await said('/output', /talker on standard output/)
  const line = (level, words) => assert.ok(lines.some((one) => new RegExp(`^${HEAD} ${level} worker talker\\[\\d+\\]: ${words}$`).test(one)), `${words} in\n${lines.join('\n')}`)
  line('info', 'talker on standard output')
  line('info', 'talker on standard error')
  line('error', 'talker as the host')
  line('info', String.raw`<9>talker \\x07`)
  assert.ok(stack.log().startsWith(before), 'the log holds what it held')
  assert.ok(!stack.log().includes('emptied'))
})

test('a worker that floods has the rest of the second dropped, and their number told', async () => {
  const lines = await said('/flood', /floods with line 100\n/)
  await new Promise((resolve) => setTimeout(resolve, 1100))
  await said('/levels', /more lines within a second were dropped[^]*talker fails/)
  assert.ok(lines.filter((line) => line.includes('floods')).length <= 1000)
  assert.match(stack.log(), /warning worker talker\[\d+\]: \d+ more lines within a second were dropped\n/)
})
