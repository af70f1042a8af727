// SPDX-License-Identifier: EUPL-1.2
// A steady rate of requests to 127.0.0.1, whatever the answers do. A program of its own (`steady` starts it), for a process that
// starts others stands still while it does, and would measure itself.
import { fork } from 'node:child_process'
import http from 'node:http'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

const RATE = 200 // a second
const WARM_MS = 1500 // not counted: the program's own first requests are slow

// Asks for each of `urls` ([host, path]) in turn. Gives, once the first counted request is sent, a function that ends it: durations in
// milliseconds, what failed, and how many were counted.
export async function steady (port, urls) {
  const child = fork(fileURLToPath(import.meta.url), [String(port), JSON.stringify(urls)])
  const told = () => new Promise((resolve, reject) => child.once('message', resolve).once('exit', (code) => reject(new Error(`the load has ended with ${code}`))))
  await told()
  return async () => {
    const counted = told()
    child.send('stop')
    return await counted
  }
}

function serve (port, urls) {
  const agent = new http.Agent({ keepAlive: true }), began = performance.now(), durations = [], failed = [], open = new Set()
  let sent = 0, warm = false

  const one = (host, path) => new Promise((resolve) => {
    const from = performance.now(), counts = warm
    const done = (status) => {
      if (counts) durations.push(performance.now() - from)
      if (status !== 200) failed.push(`${status} ${host}${path}`)
      resolve()
    }
    http.get({ host: '127.0.0.1', port, path, agent, headers: { Host: host } }, (response) => response.resume().on('end', () => done(response.statusCode)))
      .on('error', (error) => done(error.message))
  })
  const timer = setInterval(() => {
    const now = performance.now() - began
    if (!warm && now > WARM_MS) {
      warm = true
      process.send('warm')
    }
    for (const due = now / 1000 * RATE; sent < due; sent++) {
      const asked = one(...urls[sent % urls.length]).finally(() => open.delete(asked))
      open.add(asked)
    }
  }, 2)
  process.once('message', async () => {
    clearInterval(timer)
    await Promise.all(open)
    process.send({ durations, failed, sent: durations.length }, () => process.disconnect())
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) serve(process.argv[2], JSON.parse(process.argv[3]))
