// SPDX-License-Identifier: EUPL-1.2
// A new supervisor that starts slowly: the old one hangs up on a silent connection after 50 ms, and still has to hand over. Of several
// that start at once each waits for its turn.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { sleep, start, until } from '../support/stack.mjs'

const build = process.env.BUILD ?? 'build'
const alive = (pid) => { try { process.kill(pid, 0); return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8')) } catch { return false } }
const serves = async () => (await stack.request('acme.localhost', '/fr/guestbook/')).status === 200
let stack

before(async () => {
  stack = await start({})
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
})
after(() => stack?.stop())

// Starts a supervisor under strace, which acts on its first calls of connect, or another one; its process id and its end.
async function startSlowly (action, call = 'connect') {
  const log = fs.openSync(path.join(stack.folder, 'log/scopiton.log'), 'a')
  const trace = spawn('strace', ['-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:${action}`, path.join(build, 'libexec/scopiton-supervisor'),
    path.join(stack.folder, 'scopiton.conf')], { stdio: ['ignore', log, log] })
  fs.closeSync(log)
  const ended = new Promise((resolve) => trace.once('exit', resolve))
  return { trace, ended }
}

const traced = (trace) => Number(fs.readFileSync(`/proc/${trace.pid}/task/${trace.pid}/children`, 'utf8').trim().split(' ')[0])
const runFolder = () => fs.readFileSync(path.join(stack.folder, 'scopiton.conf'), 'utf8').match(/^run = (.*)$/m)[1]

// Its sockets are bound, and its control socket is not in its place yet.
const isHalfWay = ({ trace }) => until('it has bound its sockets', () => alive(trace.pid) && fs.existsSync(path.join(runFolder(), `control.${traced(trace)}`)))

async function check ({ trace, ended }, first) {
  try {
    await until('the first has ended', () => !alive(first), 45)
    assert.ok(await serves(), 'the second serves')
    assert.deepEqual(fs.readdirSync(runFolder()).filter((name) => name.startsWith('control')), ['control'])
    await stack.cli('module', 'disable', 'guestbook', '--tenant', 'acme') // it also publishes
    assert.ok(!await serves())
    await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
    await stack.again('supervisor')
    assert.equal(await Promise.race([ended, sleep(45000)]), 0, 'the second has ended by itself')
    assert.ok(await serves(), 'the third serves')
  } finally {
    if (alive(trace.pid)) process.kill(traced(trace), 'SIGTERM')
  }
}

test('a supervisor that pauses between connecting and asking takes over all the same', async () => {
  const first = stack.pid('supervisor')
  await check(await startSlowly('delay_exit=300000:when=1..3'), first)
})

test('a supervisor that pauses before it connects takes over all the same', async () => {
  const first = stack.pid('supervisor')
  await check(await startSlowly('delay_enter=300000:when=1..3'), first)
})

test('of two supervisors that start at once, one remains', async () => {
  const first = stack.pid('supervisor')
  const both = await Promise.all([startSlowly('delay_exit=200000:when=1..2'), startSlowly('delay_enter=200000:when=1..2')])
  await until('the first has ended', () => !alive(first), 45)
  await until('one of the two has ended', () => both.some(({ trace }) => !alive(trace.pid)), 45)
  const last = both.find(({ trace }) => alive(trace.pid))
  assert.ok(last, 'the other one remains')
  await check(last, both.find((one) => one !== last).trace.pid)
})

test('one that starts while another has bound its sockets and not yet its control socket waits, and then takes over from it', async () => {
  const first = stack.pid('supervisor')
  const slow = await startSlowly('delay_enter=1500000:when=1', 'renameat2')
  await isHalfWay(slow)
  const quick = await startSlowly('delay_enter=1000:when=1')
  await until('the first has ended', () => !alive(first), 45)
  await check(quick, slow.trace.pid)
})

test('one that is replaced and has not been told yet takes no name back', async () => {
  const first = stack.pid('supervisor'), pools = path.join(runFolder(), 'pools')
  const socket = path.join(pools, fs.readdirSync(pools).find((name) => name.startsWith('guestbook-')), 'sock')
  const routes = () => fs.readdirSync(path.join(runFolder(), 't/acme.localhost')).sort().join()
  const before = fs.statSync(socket).ino, led = routes()
  const slow = await startSlowly('delay_enter=15000000:when=1', 'renameat2')
  await isHalfWay(slow)
  const bound = fs.statSync(socket).ino
  assert.notEqual(bound, before, 'the next one has bound its socket over the name')
  await stack.cli('module', 'install', 'shop', '--tenant', 'acme') // which asks the first to publish
  process.kill(first, 'SIGHUP') // which has it look at all names
  await until('it has read the configuration', () => stack.log().includes('configuration read again'))
  assert.ok(alive(first) && fs.existsSync(path.join(runFolder(), `control.${traced(slow.trace)}`)), 'it has not been told yet')
  assert.deepEqual([fs.statSync(socket).ino, routes()], [bound, led])
  assert.ok(!fs.readdirSync(pools).some((name) => name.startsWith('shop-')))
  await until('the first has ended', () => !alive(first), 45)
  assert.equal(fs.statSync(socket).ino, bound)
  await until('the next one has published it', async () => (await stack.request('acme.localhost', '/fr/shop/')).status === 200)
  await stack.cli('module', 'disable', 'shop', '--tenant', 'acme')
  await check(slow, first)
})

test('one that is killed before it has told its predecessor leaves that to the next one, and its socket', async () => {
  const first = stack.pid('supervisor'), control = path.join(runFolder(), 'control'), before = fs.statSync(control).ino
  const halted = await startSlowly('delay_enter=60000000:when=1', 'sendto')
  await until("it has its predecessor's place", () => fs.statSync(control).ino !== before)
  const left = `control.${traced(halted.trace)}`
  process.kill(traced(halted.trace), 'SIGKILL')
  await halted.ended
  assert.ok(alive(first) && fs.existsSync(path.join(runFolder(), left)))
  await check(await startSlowly('delay_enter=1000:when=1'), first)
})

test('one that halts half way is named by the next one, which gives up in time; its death ends its turn', async () => {
  const halted = await startSlowly('delay_enter=60000000:when=1', 'renameat2')
  await isHalfWay(halted)
  const pid = traced(halted.trace), next = await startSlowly('delay_enter=1000:when=1')
  try {
    assert.equal(await Promise.race([next.ended, sleep(25000)]), 1)
    assert.match(stack.log(), new RegExp(`cannot start: another supervisor, process ${pid}, has been starting for 10 s\\. End it, and start again\\.`))
  } finally { process.kill(pid, 'SIGKILL') }
  await halted.ended
  assert.ok(fs.existsSync(path.join(runFolder(), `control.${pid}`)), 'a killed process leaves it, and the next one removes it')
  await check(await startSlowly('delay_enter=1000:when=1'), stack.pid('supervisor'))
})
