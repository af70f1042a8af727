// SPDX-License-Identifier: EUPL-1.2
// The shell functions of private Scopitons: ports are reserved before a server binds them, so that shells that look at the same moment
// never get the same one; and a function that fails halfway ends there.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { root } from '../support/stack.mjs'

const FROM = 21000 + process.pid % 9000 // a concurrent run of this file begins elsewhere

// A shell that runs `script` with the functions of tools/stack.sh, and holds what it has reserved until it is ended.
function shell (script) {
  const child = spawn('bash', ['-c', `set -eu; BUILD=/nowhere VAR=/nowhere; . tools/stack.sh; ${script}; read -r _ || true`],
    { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  const said = new Promise((resolve, reject) => {
    child.stdout.once('data', (line) => resolve(line.toString().trim()))
    child.once('exit', () => reject(new Error(`it ended without a word: ${script}`)))
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  return { said, end: () => { child.stdin.end(); return ended } }
}

async function holds (port) {
  const one = shell(`hold_port ${port} && echo held || echo refused`), said = await one.said
  await one.end()
  return said
}

test('shells that reserve at the same moment get ports of their own', async () => {
  const shells = Array.from({ length: 12 }, () => shell(`take_port ONE ${FROM}; take_port TWO ${FROM}; echo $ONE $TWO`))
  const ports = (await Promise.all(shells.map(({ said }) => said))).flatMap((line) => line.split(' '))
  assert.equal(new Set(ports).size, 24, ports.join(' '))
  assert.equal(await holds(ports[0]), 'refused')
  await Promise.all(shells.map(({ end }) => end()))
  assert.equal(await holds(ports[0]), 'held', 'it is free once its holder has ended')
})

test('a port that a server listens on is passed over', async () => {
  const server = net.createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  assert.equal(await holds(port), 'refused')
  server.close()
})

// As tools/serve calls them: behind a condition.
test('a function that fails halfway goes no further, and its caller is told', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-shell-'))
  fs.mkdirSync(path.join(folder, 'log'))
  const run = (script) => spawnSync('bash', ['-c', `set -eu; BUILD=/nowhere VAR=${folder}; . tools/stack.sh; half() { echo begun; false; echo went on; }; ${script}`], { cwd: root, encoding: 'utf8' })
  const step = run('[ -d /nowhere ] || step Halves half; echo after')
  assert.deepEqual([step.status, step.stdout], [1, ''])
  assert.match(step.stderr, /^begun\nscopiton: Halves: this did not work/)
  assert.deepEqual(run('strictly half; echo $STATUS; false; echo after').stdout, 'begun\n1\n')
  assert.deepEqual(run('strictly true; echo $STATUS').stdout, '0\n')
  fs.rmSync(folder, { recursive: true })
})
