// SPDX-License-Identifier: EUPL-1.2
// The attackers of `make siege`: modules of tests/modules that take each what they can, and the visitors who make them do so, in a
// program of its own (`besiege` starts it), so that the measuring program does not wait for it.
import { execFileSync, fork } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { build } from '../fault/faults.mjs'

// The module hoarder under a name of its own for each attack, so that one does not wait for another's workers.
export const COPIES = ['spinner', 'holder', 'packer', 'flooder', 'filler']
export const ATTACKERS = ['hoarder', ...COPIES, 'endless', 'leak', 'execmem', 'crasheach', 'crashtenth', 'exiter', 'shifter', 'talker', 'closer', 'gatecrasher', 'sluggish']

const RAW = ['select', 'lock', 'xa', 'set', 'role', 'all-roles', 'use', 'longer', 'password', 'prepare', 'database', 'user', 'multiple', 'kill', 'shutdown', 'reset']

// A gateway knows a statement by this key.
function key (module) {
  const sql = fs.readFileSync(path.join(build, `names/${module}/statements.txt`), 'utf8').split('\n')[0].split('\t')[2]
  return execFileSync('/usr/bin/python3', ['-c', 'import hashlib, sys; print(hashlib.blake2b(sys.argv[1].encode(), digest_size=16).hexdigest())', sql], { encoding: 'utf8' }).trim()
}

// Each attack: as many visitors at once as it has `lanes`, who ask for one address after the other, with a pause between them.
// `form` posts, with a key of the page `/`.
export const onWorkers = () => [
  { module: 'spinner', urls: ['/spin/15000', '/spin/150'], lanes: 6 },
  { module: 'endless', urls: ['/loop', '/', '/'], lanes: 3, pause: 200 },
  { module: 'hoarder', urls: ['/memory'], lanes: 4, pause: 200 },
  { module: 'execmem', urls: ['/'], lanes: 1, pause: 500 },
  { module: 'leak', urls: ['/'], lanes: 2, pause: 50 },
  { module: 'crasheach', urls: ['/'], lanes: 1, pause: 500 },
  { module: 'crashtenth', urls: ['/'], lanes: 2, pause: 50 },
  { module: 'exiter', urls: ['/'], lanes: 1, pause: 500 },
  { module: 'shifter', urls: ['/crash/done', '/crash/other', '/board', '/board', '/board'], lanes: 1, pause: 200 },
  { module: 'talker', urls: ['/flood', '/much', '/forge', '/output'], lanes: 4, pause: 100 },
  { module: 'closer', urls: ['/shut', '/close'], lanes: 1, pause: 1000 },
  { module: 'gatecrasher', urls: ['/descriptors'], lanes: 2, pause: 500 },
]

export const onMariaDb = (broker) => [
  { module: 'gatecrasher', urls: RAW.map((what) => `/raw/${what}`), lanes: 2, pause: 20 },
  { module: 'gatecrasher', urls: ['/open', `/prepare?key=${key('gatecrasher')}&close=none`], lanes: 2, pause: 100 },
  { module: 'sluggish', urls: ['/too-slow', '/too-wide'], lanes: 6 },
  { module: 'holder', urls: ['/hold'], form: {}, lanes: 5 },
  { module: 'packer', urls: ['/packet'], lanes: 2, pause: 200 },
  { module: 'filler', urls: ['/fill'], form: {}, lanes: 1, pause: 1000 },
  { module: 'flooder', urls: ['/flood'], form: { path: broker }, lanes: 1, pause: 2000 },
]

// Starts it; the returned function ends it, and gives for each attack how often it was answered with which status.
export async function besiege (port, host, attacks) {
  const child = fork(fileURLToPath(import.meta.url), [String(port), host, JSON.stringify(attacks)])
  return () => new Promise((resolve, reject) => {
    child.once('message', resolve).once('exit', (code) => reject(new Error(`the attack has ended with ${code}`)))
    child.send('stop')
  })
}

function attack (port, host, attacks) {
  const agent = new http.Agent({ keepAlive: true }), told = {}
  let going = true

  const ask = (url, form) => new Promise((resolve) => {
    const body = form && new URLSearchParams(form).toString()
    const request = http.request({ host: '127.0.0.1', port, path: url, agent, method: form ? 'POST' : 'GET',
      headers: { Host: host, ...(form && { 'Content-Type': 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body) }) } }, (response) => {
      const parts = []
      response.on('data', (part) => parts.push(part)).on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(parts).toString() })).on('error', () => resolve({ status: 0, body: '' }))
    })
    request.on('error', () => resolve({ status: 0, body: '' }))
    request.end(body)
  })
  const lane = async ({ module, urls, form, pause = 0 }) => {
    for (let i = 0; going; i++) {
      const url = `/fr/${module}${urls[i % urls.length]}`, from = performance.now()
      let answer
      if (form) {
        const page = await ask(`/fr/${module}/`)
        const _key = page.body.slice(page.body.indexOf(`action="${url}"`)).match(/name="_key" value="([^"]+)"/)?.[1]
        answer = _key ? await ask(url, { _key, ...form }) : page
      } else {
        answer = await ask(url)
      }
      const counts = told[`${module}${urls[i % urls.length].replace(/(prepare|raw|spin)[/?].*/, '$1')}`] ??= {}
      counts[answer.status] = (counts[answer.status] ?? 0) + 1
      await new Promise((resolve) => setTimeout(resolve, Math.max(pause, 50 - (performance.now() - from)))) // a refused attack is not a busy loop
    }
  }
  for (const one of attacks) for (let i = 0; i < one.lanes; i++) lane(one)
  process.once('disconnect', () => process.exit(1))
  process.once('message', () => {
    going = false
    process.send(told, () => process.exit(0))
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try { os.setPriority(-10) } catch { /* visitors compute elsewhere; without the right to say so they take the host's time */ }
  attack(Number(process.argv[2]), process.argv[3], JSON.parse(process.argv[4]))
}
