// SPDX-License-Identifier: EUPL-1.2
// Helpers of measurements: processes' memory, wrk, ports, one table.
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

export const run = promisify(execFile)

export function describe () {
  const cpus = os.cpus()
  return `${cpus.length} cores, ${cpus[0].model.trim()}, ${(os.totalmem() / 2 ** 30).toFixed(1)} GB, kernel ${os.release()}, ` +
    `load ${os.loadavg()[0].toFixed(2)} before`
}

export function freePort () {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => resolve(port)) })
  })
}

// Megabytes of a running process.
export function memory (pid) {
  const text = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const field = (name) => Number(text.match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'))[1]) / 1024
  return { pss: field('Pss'), own: field('Private_Dirty') + field('Private_Clean'), dirty: field('Private_Dirty'), rss: field('Rss') }
}

// How often it was woken up since it began.
export function wakes (pid) {
  return Number(fs.readFileSync(`/proc/${pid}/status`, 'utf8').match(/^voluntary_ctxt_switches:\s+(\d+)/m)[1])
}

export function alive (pid) {
  try { return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8')) } catch { return false }
}

// Seconds of CPU that our descendants have used, wrk aside: what the requests cost, whoever else is on the machine.
export function cpu () {
  const parents = new Map(), used = new Map()

  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)) {
    let text
    try { text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8') } catch { continue }
    const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    parents.set(pid, Number(fields[1]))
    if (name !== 'wrk') used.set(pid, (Number(fields[11]) + Number(fields[12])) / TICKS)
  }
  const ours = (pid) => pid === process.pid || (parents.has(pid) && ours(parents.get(pid)))
  return [...used].filter(([pid]) => pid !== process.pid && ours(pid)).reduce((sum, [, seconds]) => sum + seconds, 0)
}

// Nanoseconds per look-up in a directory of this many tenants and modules.
export async function lookups (folder, sizes) {
  const core = path.resolve(import.meta.dirname, '../../core'), program = path.join(folder, 'lookup')
  await run('gcc', ['-std=gnu17', '-O2', '-D_GNU_SOURCE', `-I${core}`, `-I${core}/include`,
    path.join(import.meta.dirname, 'lookup.c'), path.join(core, 'data/directory.c'), '-o', program])
  const took = []
  for (const size of sizes) took.push(Number((await run(program, size.map(String))).stdout))
  return took
}

const TICKS = 100
const UNITS = { us: 0.001, ms: 1, s: 1000, m: 60000 }

// Puts load on one address of 127.0.0.1. Returns requests per second, microseconds of CPU for each (nginx, workers and MariaDB),
// milliseconds at two percentiles, and what went wrong.
export async function load ({ port, host, path, seconds, threads = 2, connections = 16 }) {
  const before = cpu()
  const { stdout } = await run('wrk', [`-t${threads}`, `-c${connections}`, `-d${seconds}s`, '--latency', '-H', `Host: ${host}`,
    `http://127.0.0.1:${port}${path}`])
  const latency = (percent) => {
    const [, number, unit] = stdout.match(new RegExp(`^\\s+${percent}%\\s+([\\d.]+)(us|ms|s|m)`, 'm'))
    return Number(number) * UNITS[unit]
  }
  const used = cpu() - before
  const count = Number(stdout.match(/(\d+) requests in/)[1])
  const failed = stdout.match(/Non-2xx or 3xx responses: (\d+)/)
  const sockets = stdout.match(/Socket errors: (.*)/)
  return { rate: Number(stdout.match(/Requests\/sec:\s+([\d.]+)/)[1]), count, cpu: used * 1e6 / count,
    p50: latency(50), p99: latency(99), trouble: [failed && `${failed[1]} failed`, sockets?.[1]].filter(Boolean).join(', ') }
}

export function median (numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

export const range = (numbers) => [Math.min(...numbers), Math.max(...numbers)]

// Lines of equally wide columns; numbers to the right.
export function table (rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  const isNumber = (text) => /^[<]?-?[\d.,]+( (MB|ms|s|µs))?$/.test(text)
  for (const row of rows)
    console.log('  ' + row.map((text, i) => isNumber(text) ? text.padStart(widths[i]) : text.padEnd(widths[i])).join('  ').trimEnd())
}
