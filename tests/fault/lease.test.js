// SPDX-License-Identifier: EUPL-1.2
// Who leads: of several installers one works at a time; one that was stopped or killed is replaced, and writes nothing later.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { root, start, until } from '../support/stack.mjs'
import { build, Packages } from './faults.mjs'

let stack, packages

before(async () => {
  packages = new Packages('portal', 'guestbook')
  for (let i = 0; i < 5; i++) packages.addAs('guestbook', `book${i}`)
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
})
after(async () => { await stack?.stop(); packages?.removeAll() })

const sql = (text) => stack.sql(text)
const fence = async () => Number(await sql("SELECT fence FROM scopiton.lease WHERE name = 'installer'"))
const state = (module) => sql(`SELECT state FROM scopiton.installer_order WHERE module = '${module}' ORDER BY id DESC LIMIT 1`)
const served = (module) => stack.request('acme.localhost', `/fr/${module}/`)

// An installation under strace, which does something to it at its `at`-th message to MariaDB (0: nothing).
const install = (module, at, action) => traced(['install', module], 'sendto', at, action)

// The same for another command, and at its `at`-th call of that name.
function traced (words, call, at, action) {
  const log = path.join(stack.folder, 'messages.log')
  const tracer = spawn('strace', ['-o', log, '-e', `trace=${call}`, ...(at ? ['-e', `inject=${call}:${action}:when=${at}`] : []),
    path.join(build, 'libexec/scopiton'), 'module', ...words, '--tenant', 'acme'],
  { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, SCOPITON_CONFIG: path.join(stack.folder, 'scopiton.conf') } })
  const child = { said: '', ended: null }
  tracer.stderr.on('data', (text) => { child.said += text })
  child.ended = new Promise((resolve) => tracer.once('exit', (code) => resolve(code)))
  child.pid = () => Number(fs.readFileSync(`/proc/${tracer.pid}/task/${tracer.pid}/children`, 'utf8').trim().split(' ')[0])
  child.messages = () => fs.readFileSync(log, 'utf8').split('\n').filter((line) => line.startsWith('sendto(')).length
  return child
}
const stopped = (pid) => /^State:\s+[Tt]/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
let messages

test('several installations at once: each is carried out once, one after another', async () => {
  const first = await fence()
  const counted = install('guestbook', 0)
  assert.equal(await counted.ended, 0, counted.said)
  messages = counted.messages()
  assert.ok(messages > 40, `${messages} messages`)
  const modules = ['book0', 'book1']
  await Promise.all([...modules, ...modules].map((module) => stack.cli('module', 'install', module, '--tenant', 'acme')))
  for (const module of modules) {
    assert.equal(await state(module), 'done')
    await until('it serves', async () => (await served(module)).status === 200)
    assert.equal(await sql(`SELECT COUNT(*) FROM scopiton.order_step s JOIN scopiton.installer_order o ON o.id = s.installer_order WHERE o.module = '${module}'`),
      await sql("SELECT COUNT(*) FROM scopiton.order_step s JOIN scopiton.installer_order o ON o.id = s.installer_order WHERE o.module = 'guestbook'"))
  }
  assert.ok(await fence() > first)
})

test('an account of a module that takes a lock of any name holds up nobody', async () => {
  const account = { user: 'scop_guestbook', password: fs.readFileSync(path.join(stack.folder, 'secrets/guestbook'), 'utf8').split(/\s/)[0] }
  await assert.rejects(stack.sql('SELECT fence FROM scopiton.lease', account), /denied/)
  await assert.rejects(stack.sql('UPDATE scopiton.lease SET fence = 4000000000', account), /denied/)
  const holding = stack.sql("SELECT GET_LOCK('scopiton_installer', 1), GET_LOCK('installer', 1), SLEEP(600)", account).catch(() => {})
  await until('it is held', async () => await sql("SELECT IS_USED_LOCK('scopiton_installer') IS NOT NULL") === '1')
  const began = Date.now()
  await stack.cli('module', 'install', 'book2', '--tenant', 'acme')
  assert.ok(Date.now() - began < 10000, `${Date.now() - began} ms`)
  await sql(`KILL ${await sql("SELECT IS_USED_LOCK('scopiton_installer')")}`)
  await holding
})

test('whoever leads ends the connections that an earlier run has left, also to upgrade the host', async () => {
  await sql("CREATE USER scop_run_0123456789ab@localhost IDENTIFIED VIA ed25519 USING PASSWORD('left')")
  await sql('GRANT ALL ON t1.* TO scop_run_0123456789ab@localhost')
  const left = assert.rejects(stack.sql('SELECT SLEEP(600)', { user: 'scop_run_0123456789ab', password: 'left' }), 'its connection is ended')
  await until('it is connected', async () => await sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 'scop_run_0123456789ab'") === '1')
  await stack.cli('migrate')
  await left
  assert.equal(await sql("SELECT COUNT(*) FROM mysql.global_priv WHERE user LIKE 'scop\\_run\\_%'"), '0')
})

test('a killed installer is replaced at once', async () => {
  const run = install('book3', Math.floor(messages / 2), 'signal=SIGKILL')
  await run.ended
  const died = Date.now(), before = await fence()
  await until('another has taken over', async () => await fence() > before || await state('book3') === 'done', 5)
  await until('its order is done', async () => await state('book3') === 'done')
  assert.ok(Date.now() - died < 8000, `${Date.now() - died} ms, less than a lease lasts`)
})

for (const [part, words] of [[0.4, 'early'], [0.6, 'half way'], [0.85, 'late']]) {
  test(`an installer that is stopped ${words} is replaced when its lease has expired, and writes nothing when it continues`, async () => {
    const module = 'book4'
    await stack.cli('module', 'purge', module, '--tenant', 'acme', '--yes', module).catch(() => {})
    const run = install(module, Math.floor(messages * part), 'signal=SIGSTOP')
    await until('it is stopped', () => { try { return stopped(run.pid()) } catch { return false } })
    const held = await fence()
    await until('another has taken over', async () => await fence() > held, 25)
    await until('its order is done', async () => await state(module) === 'done', 25)
    await until('it serves', async () => (await served(module)).status === 200)
    assert.equal(await sql("SELECT COUNT(*) FROM information_schema.processlist WHERE user LIKE 'scop\\_run\\_%'"), '0', 'no connection of its run is left')
    const everything = async () => [await sql('SELECT * FROM scopiton.installer_order ORDER BY id'), await sql('SELECT * FROM scopiton.order_step ORDER BY 1, 2'),
      await sql('SELECT * FROM scopiton.subscription ORDER BY tenant, module'), await sql('SELECT * FROM scopiton.directory_version'),
      await sql("SELECT schema_name FROM information_schema.schemata ORDER BY 1"), await sql('SELECT user FROM mysql.global_priv ORDER BY 1'),
      fs.readFileSync(path.join(fs.realpathSync(path.join(stack.folder, 'run')), 'directory'), 'latin1')]
    const before = await everything()
    process.kill(run.pid(), 'SIGCONT')
    assert.notEqual(await run.ended, 0, 'it says that it did not finish')
    assert.match(run.said, /The order continues by itself|connection to MariaDB was lost/)
    assert.deepEqual(await everything(), before)
    assert.equal((await served(module)).status, 200)
  })
}

const run = () => fs.realpathSync(path.join(stack.folder, 'run'))
const images = () => fs.readdirSync(run()).filter((name) => /^directory\.\d+\.\d+$/.test(name))
const numbers = (image) => [image.readUInt32LE(52), Number(image.readBigUInt64LE(56))] // behind the magic number and eleven others

test('the supervisor publishes no image that is older than its own, nor one that lies about it, and leaves none', async () => {
  const file = path.join(run(), 'directory'), image = fs.readFileSync(file), [now, version] = numbers(image)
  assert.equal(now, await fence())
  const arrives = (fence, version, bytes) => { fs.writeFileSync(file + '.late', bytes); fs.renameSync(file + '.late', `${file}.${fence}.${version}`) }
  const told = (name, why) => until(`${name} is refused`, () => stack.log().includes(`directory.${name}' is not published: ${why}`))
  const says = (fence, version) => { const bytes = Buffer.from(image); bytes.writeUInt32LE(fence, 52); bytes.writeBigUInt64LE(BigInt(version), 56); return bytes }
  arrives(now - 1, version + 9, says(now - 1, version + 9))
  await told(`${now - 1}.${version + 9}`, 'an installer wrote it that is none any more')
  arrives(now, version - 1, says(now, version - 1))
  await told(`${now}.${version - 1}`, 'a later one has been published')
  arrives(now + 1, version, image)
  await told(`${now + 1}.${version}`, 'it is not the one that its name says')
  arrives(now + 1, version + 1, Buffer.from('nothing'))
  await told(`${now + 1}.${version + 1}`, '')
  assert.deepEqual(images(), [])
  assert.deepEqual(fs.readFileSync(file), image)
  await stack.cli('module', 'disable', 'book0', '--tenant', 'acme')
  await until('a later one is', async () => (await served('book0')).status === 503)
  await until('they are all taken', () => images().length === 0)
})

test('an installer that is stopped just before it writes the image changes nothing when it continues, nor does the next supervisor', async () => {
  await stack.cli('module', 'install', 'book1', '--tenant', 'acme')
  const late = traced(['disable', 'book1'], 'rename', 1, `delay_enter=${40e6}`)
  await until('its image is complete', () => fs.readdirSync(run()).some((name) => name === `directory.${late.pid()}.new`))
  const pid = late.pid(), held = await fence()
  process.kill(pid, 'SIGSTOP')
  await until('another has taken over', async () => await fence() > held, 20)
  await until('its order is done', async () => await state('book1') === 'done')
  await until('it is off', async () => (await served('book1')).status === 503)
  await stack.cli('module', 'install', 'book1', '--tenant', 'acme')
  await until('it is on again', async () => (await served('book1')).status === 200)
  const before = fs.readFileSync(path.join(run(), 'directory'))
  process.kill(stack.pid('supervisor'), 'SIGTERM')
  await until('the supervisor has ended', () => { try { process.kill(stack.pid('supervisor'), 0); return false } catch { return true } })
  await until('it writes', () => images().some((name) => name.startsWith(`directory.${held}.`)), 45)
  process.kill(pid, 'SIGCONT')
  assert.notEqual(await late.ended, 0, 'it says that it did not finish')
  await stack.again('supervisor')
  await until('it is still on', async () => (await served('book1')).status === 200)
  assert.deepEqual(fs.readFileSync(path.join(run(), 'directory')), before)
  assert.deepEqual(images(), [])
})
