// SPDX-License-Identifier: EUPL-1.2
// Ports of private Scopitons are reserved before a server binds them: shells that look at the same moment never get the same one.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import net from 'node:net'
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
