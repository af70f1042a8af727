// SPDX-License-Identifier: EUPL-1.2
// The test runner itself: it names the failed test and line, ends one that hangs, and leaves no process or folder behind.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { root, until } from '../support/stack.mjs'

let folder
before(() => { folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-run-')) })
after(() => fs.rmSync(folder, { recursive: true }))

const HEAD = "import assert from 'node:assert/strict'\nimport { spawn } from 'node:child_process'\nimport { test } from 'node:test'\n"

// A run of files with these texts; `said()` is what it has printed until now, `ended` its status.
function running (texts, seconds) {
  const files = texts.map((text, i) => {
    const file = path.join(folder, `${i}.test.mjs`)
    fs.writeFileSync(file, HEAD + text)
    return `file:${file}`
  })
  const { SCOPITON_TEST, NODE_TEST_CONTEXT, ...env } = process.env
  const child = spawn(process.execPath, [path.join(root, 'tests/support/run.mjs'), ...files],
    { env: { ...env, BUILD: folder, TMPDIR: folder, TEST_SECONDS: String(seconds), JOBS: '2', V: '' }, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => { said += part })
  return { child, said: () => said, ended: new Promise((resolve) => child.once('exit', resolve)) }
}

const gone = (pid) => !fs.existsSync(`/proc/${pid}`) || /^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
const noFolder = () => assert.deepEqual(fs.readdirSync(folder).filter((name) => name.startsWith('scopiton-tests-')), [])

test('passed, failed and skipped tests are counted; a failure says its test, file and line', async () => {
  const run = running(["test('good', () => {})\ntest('none', (t) => t.skip('no reason'))\n", "test('bad', async (t) => {\n  await t.test('deep', () => assert.equal(1, 2))\n})\n"], 20)
  assert.equal(await run.ended, 1, run.said())
  assert.match(run.said(), /\n1 passed, 1 failed, 1 skipped\n$/)
  assert.match(run.said(), /FAILED deep \([^)]*1\.test\.mjs:5\)\n.*1 !== 2/s)
  assert.match(run.said(), /skipped: none: no reason/)
  noFolder()
})

test('a file that dies, or holds no test, has failed', async () => {
  const run = running(["test('dies', async () => { await new Promise((resolve) => setTimeout(resolve, 200)); process.exit(3) })\n", ''], 20)
  assert.equal(await run.ended, 1)
  assert.match(run.said(), /FAILED it ended with 3 in: dies/)
  assert.match(run.said(), /FAILED no test was found in it/)
  assert.match(run.said(), /\n0 passed, 2 failed\n$/)
})

test('a test that does not end is named and given up', async () => {
  const run = running(["test('good', () => {})\ntest('hangs', () => new Promise(() => setInterval(() => {}, 1000)))\n"], 4)
  assert.equal(await run.ended, 1)
  assert.match(run.said(), /FAILED hangs \([^)]*0\.test\.mjs:5\): did not end within 4 s/)
  assert.match(run.said(), /\n1 passed, 1 failed\n$/)
  noFolder()
})

const LEAVES = "test('leaves', () => { const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }); child.unref(); console.log(`pid ${child.pid}`) })\n"

test('a process that a test leaves behind is named and ended', async () => {
  const run = running([LEAVES], 4)
  assert.equal(await run.ended, 1)
  assert.match(run.said(), /processes that it left behind:\n\s+\d+ sleep 600/)
  assert.ok(gone(run.said().match(/pid (\d+)/)[1]))
  noFolder()
})

// Between two programs a process has no environment and no command line. This one is there for much of its time.
test('a process that becomes another program all the time is found all the same', async () => {
  const script = path.join(folder, 'again')
  fs.writeFileSync(script, 'exec sh "$0"\n')
  const run = running([LEAVES.replace("'sleep', ['600']", `'sh', ['${script}']`)], 4)
  assert.equal(await run.ended, 1)
  const pid = run.said().match(/pid (\d+)/)[1], left = !gone(pid)
  if (left) process.kill(pid, 'SIGKILL')
  assert.ok(!left, run.said())
  assert.match(run.said(), /processes that it left behind:\n\s+\d+/)
  noFolder()
})

test('on Ctrl-C all that has been started ends, and no folder is left', async () => {
  const note = path.join(folder, 'pid')
  const run = running([`import fs from 'node:fs'\ntest('waits', async () => { const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }); fs.writeFileSync('${note}', String(child.pid))
    await new Promise(() => {}) })\n`], 3)
  const pid = await until('the test runs', () => fs.existsSync(note) && fs.readFileSync(note, 'utf8'), 20)
  run.child.kill('SIGINT')
  assert.equal(await run.ended, 130, run.said())
  assert.ok(gone(pid))
  noFolder()
})
