// SPDX-License-Identifier: EUPL-1.2
// The supervisor at its limit of descriptors: it says so, leaves the processor to others, and goes on when the limit is lifted.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { sleep, start, until } from '../support/stack.mjs'

let stack

const limit = (pid, soft) => execFileSync('prlimit', ['--pid', pid, `--nofile=${soft}:`])
const files = (pid) => fs.readFileSync(`/proc/${pid}/limits`, 'utf8').match(/Max open files +(\d+) +(\d+)/).slice(1).map(Number)
// Processor time in milliseconds.
function used (pid) {
  const words = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(words[11]) + Number(words[12])) * 10
}

before(async () => {
  stack = await start()
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
})
after(() => stack?.stop())

test('at its limit it says so and rests; without it, it serves', async () => {
  const pid = stack.pid('supervisor'), [soft, hard] = files(pid)
  assert.equal(soft, Math.min(hard, 8192), 'it has taken what it may have')
  const open = new Set(fs.readdirSync(`/proc/${pid}/fd`).map(Number))
  let free = 0
  while (open.has(free)) free++
  limit(pid, free)
  const page = stack.request('acme.localhost', '/fr/guestbook/')
  const control = net.connect(`${stack.folder}/run/control`).on('error', () => {})
  await until('it says so', () => /pool 'guestbook-\w+' gets no worker: Too many open files/.test(stack.log()))
  const before = used(pid)
  await sleep(3000)
  assert.ok(used(pid) - before < 600, `${used(pid) - before} ms of 3000`)
  assert.equal(stack.log().match(/Too many open files/g).length, 1, 'it says so once')
  limit(pid, soft)
  assert.equal((await page).status, 200)
  control.destroy()
})
