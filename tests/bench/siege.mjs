// SPDX-License-Identifier: EUPL-1.2
// make siege: modules at their worst, all at once, while others are served; what others notice, as a table. A missed figure ends it
// with status 1. SECONDS=30 gives a quick look; EACH=1 (or modules, separated by
// commas) tries each attack alone for some seconds, and says who computes.
//
// A tenth of the time is quiet, three tenths are the attacks that stay in the attackers' workers, half has those on MariaDB, the
// queues and the broker too, and a tenth is quiet again. Each attack is a module (tests/bench/besiegers.mjs), so that none waits for
// another's workers; each has the four workers and the four job workers that this host gives a module.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { performance } from 'node:perf_hooks'
import { Packages } from '../fault/faults.mjs'
import { sleep, start, until } from '../support/stack.mjs'
import { ATTACKERS, besiege, COPIES, onMariaDb, onWorkers } from './besiegers.mjs'
import { alive, describe, memory, table } from './machine.mjs'
import { steady } from './steady.mjs'

const SECONDS = Number(process.env.SIEGE_SECONDS ?? 600)
const TENANTS = ['acme', 'beta'], SERVED = ['guestbook', 'clerk', 'postman', 'shop']
const STOCK = 1000000, PASSWORD = 'quatre mots bien choisis'
const WORKERS = 4, CONNECTIONS = 2 * WORKERS // for pages, and for jobs
const RATIO_WORKERS = 2, RATIO_MARIADB = 5, MARIADB_MS = 300
const ORDER_MS = 5000, SIGN_IN_MS = 5000, JOB_MS = 5000, MAIL_MS = 10000, CALL_MS = 10000
const GROWTH_MB = 1, LOG_MB_SECOND = 2, TMP_MB = 256 * CONNECTIONS, REST_MB = 300
const MAILER_PLACES = 16
const CALL_PORT = 18443 // in caller's manifest
const rows = [['what', 'measured', 'target', '']]
const verdict = (what, measured, target, reached) => rows.push([what, measured, target, reached === null ? '' : reached ? 'reached' : 'not reached'])
const say = (text) => console.log(`  ${(performance.now() / 1000).toFixed(0).padStart(3)} s  ${text}`)
const ms = (number) => `${number.toFixed(0)} ms`
const mb = (number) => `${number.toFixed(1)} MB`
const at = (list, share) => list.sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))]
const hostOf = (tenant) => `${tenant}.localhost`
const portalOf = (tenant) => `${tenant}-portal.localhost`

const packages = new Packages('portal', 'notes', 'caller', ...SERVED, ...ATTACKERS.filter((name) => !COPIES.includes(name)))
for (const name of COPIES) packages.addAs('hoarder', name)
const server = http.createServer((request, response) => response.end('hello'))
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
packages.edit('caller', 'module.xml', (text) => text.replace(`host="localhost" port="${CALL_PORT}"`, `host="localhost" port="${server.address().port}"`))
const stack = await start({ modules: packages.folder, mail: true, durable: true, config: ['development = no', 'private_hosts = localhost',
  `pool_workers = ${WORKERS}`, `job_workers = ${WORKERS}`, 'workers = 200'] }) // as many for each module, however many attackers there are
const run = fs.readFileSync(path.join(stack.folder, 'scopiton.conf'), 'utf8').match(/^run = (.*)$/m)[1]
const number = (sql) => stack.sql(sql).then(Number)
const install = (module, tenant) => stack.cli('module', 'install', module, '--tenant', tenant)

// ---- what is served meanwhile ----

const lost = [], took = { order: [], 'sign-in': [], job: [], 'mail of acme': [], 'mail of beta': [], call: [], write: [] }, entries = { acme: [], beta: [] }
let going = true, orders = 0, serial = 0

async function timed (kind, action, words) {
  const from = performance.now()
  await action()
  took[kind].push(performance.now() - from)
  if (words && took[kind].at(-1) > ORDER_MS) say(`${words} took ${ms(took[kind].at(-1))}`)
}

// Sends a request whose answer has to be `status`.
async function ask (status, host, url, options) {
  const answer = await stack.request(host, url, options).catch((error) => ({ status: error.message, headers: {}, body: '' }))
  if (answer.status !== status) {
    lost.push(`${answer.status} ${options?.form ? 'POST' : 'GET'} ${host}${url}`)
    throw new Error(`not ${status}, but ${answer.status}: ${host}${url}`)
  }
  return answer
}

const field = (body, name, action) => (action ? body.slice(body.indexOf(`action="${action}"`)) : body).match(new RegExp(`name="${name}" value="([^"]+)"`))?.[1]

async function post (host, page, action, form, Cookie = '') {
  const headers = { Cookie }
  const { body } = await ask(200, host, page, { headers })
  return await ask(303, host, action, { headers, form: { _key: field(body, '_key', action), ...form } })
}

async function entry (tenant) {
  const message = `entry ${++serial}`
  await timed('write', () => post(hostOf(tenant), '/fr/guestbook/', '/fr/guestbook/', { name: 'Zoé', message }))
  entries[tenant].push(message)
}

async function order () {
  const host = hostOf('acme'), { headers } = await post(host, '/fr/shop/p/vis', '/fr/shop/p/vis/cart', { variant: await variant, count: '1' })
  const Cookie = headers['set-cookie'][0].split(';')[0], { body } = await ask(200, host, '/fr/shop/order', { headers: { Cookie } })
  await timed('write', () => ask(303, host, '/fr/shop/order', { headers: { Cookie }, form: { _key: field(body, '_key'), seen: field(body, 'seen'), name: 'Amélie Dubois',
    mail: 'amelie@example.be', street: 'rue Haute 1', postal_code: '5000', city: 'Namur', country: 'BE' } }))
  orders++
}

async function signIn (tenant) {
  await timed('sign-in', async () => {
    const { headers } = await post(portalOf(tenant), '/portal/sign-in', '/portal/sign-in', { mail: `anna@${tenant}.example`, password: PASSWORD })
    await ask(200, portalOf(tenant), '/portal/', { headers: { Cookie: headers['set-cookie'][0].split(';')[0] } })
  })
}

async function job (tenant) {
  const text = `job ${++serial}`
  await post(hostOf(tenant), '/fr/clerk/', '/fr/clerk/jobs', { job: 'note', text })
  await timed('job', () => until(`'${text}' of ${tenant} has run`, () => number(`SELECT COUNT(*) FROM t${TENANTS.indexOf(tenant) + 1}_clerk.note WHERE text = '${text}'`), 120))
}

const mailbox = () => { try { return fs.readdirSync(path.join(stack.folder, 'mail/new')) } catch { return [] } }
const arrived = new Set(), readMails = new Set()

// The addresses to which mails have arrived.
function arrivals () {
  for (const file of mailbox()) {
    if (readMails.has(file)) continue
    readMails.add(file)
    const to = fs.readFileSync(path.join(stack.folder, 'mail/new', file), 'utf8').match(/^To:.*?([\w-]+@example\.net)/mi)?.[1]
    if (to) arrived.add(to)
  }
  return arrived
}

async function mail (tenant) {
  const to = `mail-${++serial}@example.net`
  await post(hostOf(tenant), '/fr/postman/', '/fr/postman/', { to, name: 'Zoé', text: 'news' })
  await timed(`mail of ${tenant}`, () => until(`the mail of ${tenant} to ${to} has arrived`, () => arrivals().has(to), 120))
}

async function call () {
  const url = `http://localhost:${server.address().port}/${++serial}`
  await post(hostOf('beta'), '/fr/caller/form', '/fr/caller/form', { url, note: 'a note' })
  await timed('call', () => until(`the call of ${url} has been answered`, () => number(`SELECT COUNT(*) FROM t2_caller.answer WHERE url = '${url}' AND status = 200`), 120))
}

async function change () {
  for (const verb of ['disable', 'install']) await timed('order', () => stack.cli('module', verb, 'notes', '--tenant', 'beta'), verb)
  await ask(200, hostOf('beta'), '/fr/notes/')
  await timed('order', () => stack.cli('module', 'purge', 'notes', '--tenant', 'beta', '--yes', 'notes'), 'purge')
  await timed('order', () => install('notes', 'beta'), 'install anew')
}

// Does it again and again, with a pause; what fails is told at the end.
const troubles = []
async function again (pause, action) {
  while (going) {
    await action().catch((error) => troubles.push(`${error.message}${error.stderr ? `: ${error.stderr.trim()}` : ''}`))
    await sleep(pause)
  }
}

const citizens = () => [
  ...TENANTS.map((tenant) => again(200, () => entry(tenant))),
  again(1000, order), // each sends a mail, and a tenant has two a second
  ...TENANTS.map((tenant) => again(3000, () => signIn(tenant))),
  ...TENANTS.map((tenant) => again(1000, () => job(tenant))),
  ...TENANTS.map((tenant) => again(3000, () => mail(tenant))),
  again(2000, call),
  again(2000, change),
]

// ---- the host's own processes, its connections and its disk ----

function trusted () {
  const named = ['supervisor', 'nginx', 'db'].map((name) => [name, [stack.pid(name)]])
  return new Map([...named.slice(0, 1), ...['dispatcher', 'mailer', 'broker', 'session'].map((name) => [name, stack.processes(`scopiton-${name}\0`)]),
    ['installer', stack.processes('scopiton\0installer')], ...named.slice(1)].map(([name, pids]) => [name, pids.sort((a, b) => a - b)]))
}

const descriptors = (pid) => fs.readdirSync(`/proc/${pid}/fd`).length
const used = (pids) => pids.map((pid) => ({ fds: descriptors(pid), dirty: memory(pid).dirty }))
const size = (...names) => names.length && Number(execFileSync('sh', ['-c', 'du -skc "$@" 2>/dev/null | tail -n 1', 'sh', ...names.map((name) => path.join(stack.folder, name))], { encoding: 'utf8' }).split('\t')[0]) / 1024

function disk () {
  const own = fs.readdirSync(path.join(stack.folder, 'db')).filter((name) => ATTACKERS.some((module) => name === `t1_${module}`))
  const log = size('log'), tmp = size('tmp'), attackers = size(...own.map((name) => `db/${name}`)), mails = size('mail')
  return { log, tmp, attackers, rest: size('.') - log - tmp - attackers - mails }
}

const peak = { connections: 0, of: '', tmp: 0, workers: 0, memory: 0 }
const slow = new Map() // statements of the host's account that were seen to last
async function sample () {
  const lines = await stack.sql("SELECT user, COUNT(*) FROM information_schema.processlist WHERE user LIKE 'scop\\_%' GROUP BY user").catch(() => '')
  for (const [user, count] of lines.split('\n').map((line) => line.split('\t')))
    if (ATTACKERS.includes(user.slice(5)) && Number(count) > peak.connections) Object.assign(peak, { connections: Number(count), of: user.slice(5) })
  const waits = await stack.sql("SELECT CONCAT(state, ': ', LEFT(info, 100)) FROM information_schema.processlist WHERE user = 'scopiton' AND command = 'Query' AND time_ms > 1000").catch(() => '')
  for (const one of waits.split('\n').filter(Boolean)) slow.set(one, (slow.get(one) ?? 0) + 1)
  peak.tmp = Math.max(peak.tmp, size('tmp'))
  const pids = stack.processes('scopiton-worker\0')
  peak.workers = Math.max(peak.workers, pids.length)
  const pages = pids.map((pid) => { try { return Number(fs.readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) } catch { return 0 } })
  peak.memory = Math.max(peak.memory, pages.reduce((sum, one) => sum + one, 0) * 4 / 1024)
}

// ---- the whole ----

const variant = (async () => {
  for (const tenant of TENANTS) {
    await stack.cli('tenant', 'create', tenant, '--title', tenant)
    for (const module of SERVED.filter((name) => name !== 'shop')) await install(module, tenant)
  }
  await install('shop', 'acme')
  for (const module of ['notes', 'caller']) await install(module, 'beta')
  for (const module of ATTACKERS) await install(module, 'acme')
  const write = (name, text) => { const file = path.join(stack.folder, name); fs.writeFileSync(file, text); return file }
  await stack.cli('import', 'shop', 'products', write('products.csv', `product,name,sku,price,stock\nvis,Vis,V-1,5,${STOCK}\n`), '--tenant', 'acme')
  await stack.cli('import', 'shop', 'payment', write('payment.csv', 'beneficiary,iban,bic\nAcme,BE68 5390 0754 7034,TRIOBEBB\n'), '--tenant', 'acme')
  return (await stack.sql("SELECT id FROM t1_shop.variant WHERE sku = 'V-1'")).trim()
})()

// Seconds of the processor that each program has used, and each module's workers.
function processor () {
  const sums = {}
  for (const pid of [...stack.processes(''), ...execFileSync('pgrep', ['-P', String(stack.pid('nginx'))], { encoding: 'utf8' }).trim().split('\n').map(Number)]) {
    try {
      const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8'), fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number)
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      const name = `${path.basename(words[0]).split(' ')[0]} ${words.find((word) => word.startsWith('module='))?.slice(7) ?? ''}`.trim()
      sums[name] = (sums[name] ?? 0) + (fields[11] + fields[12]) / 100
      if (pid === stack.pid('supervisor')) sums['workers that have ended'] = (fields[13] + fields[14]) / 100
    } catch { /* it has ended */ }
  }
  return sums
}

// Each attack alone, for who wants to know which one it is.
async function each () {
  const wanted = process.env.EACH.split(','), list = [...onWorkers(), ...onMariaDb(path.join(run, 'out'))]
  for (const attack of [null, ...list.filter(({ module }) => wanted.includes(module) || process.env.EACH === '1')]) {
    const from = processor()
    const { p50, p99 } = await reading(3, async () => attack ? await besiege(stack.port, hostOf('acme'), [attack]) : async () => {})
    const used = Object.entries(processor()).map(([name, seconds]) => [name, seconds - (from[name] ?? 0)]).filter(([, seconds]) => seconds > 0.2).sort((a, b) => b[1] - a[1])
    say(`${attack?.module ?? 'none'} ${attack?.urls.slice(0, 3) ?? ''}: p50 ${p50.toFixed(1)} ms, p99 ${ms(p99)}; ${used.slice(0, 7).map(([name, seconds]) => `${name} ${seconds.toFixed(1)} s`).join(', ')}`)
    for (const module of attack ? [attack.module] : []) for (const pid of await stack.workers(module)) try { process.kill(pid, 'SIGKILL') } catch { /* it has ended */ }
    await sleep(500)
  }
}

async function reading (seconds, action = async () => async () => {}) {
  const end = await action()
  const stop = await steady(stack.port, [...TENANTS.map((tenant) => [hostOf(tenant), '/fr/guestbook/']), [hostOf('acme'), '/fr/shop/p/vis'], [portalOf('beta'), '/portal/sign-in']])
  for (const until = performance.now() + seconds * 1000; performance.now() < until; await sleep(Math.min(2000, until - performance.now()))) await sample()
  const { durations, failed } = await stop()
  lost.push(...failed)
  return { answers: await end(), count: durations.length, p99: at(durations, 0.99), p50: at(durations, 0.5), longest: durations.at(-1) }
}

function judgeReading (words, quiet, { p99, p50, longest, count }, ratio, most) {
  verdict(`${words}: others' p99 / quiet (${ms(p99)} / ${ms(quiet.p99)}; p50 ${p50.toFixed(1)} / ${quiet.p50.toFixed(1)} ms; longest ${ms(longest)}; ${count} pages)`,
    (p99 / quiet.p99).toFixed(2), `≤ ${ratio}`, p99 / quiet.p99 <= ratio)
  if (most) verdict(`${words}: others' p99`, ms(p99), `≤ ${most} ms`, p99 <= most)
}

function judgeTimes (words, kind, most) {
  const list = took[kind]
  verdict(`${words}, longest of ${list.length} (median ${list.length ? ms(at(list, 0.5)) : '-'})`, list.length ? ms(Math.max(...list)) : 'none', `≤ ${most} ms`,
    list.length > 0 && Math.max(...list) <= most)
}

// The mailer still sends what the attackers have left in the queue.
const sending = (name) => name === 'mailer' ? MAILER_PLACES : 0

// Memory is compared within the siege, for what a process needs for many is no leak; descriptors before it and once the attackers are gone.
function judgeTrusted (before, amid, late) {
  const after = trusted()
  for (const [name, pids] of before.pids) {
    if (JSON.stringify(pids) !== JSON.stringify(after.get(name)) || pids.length === 0 || !pids.every(alive)) {
      verdict(`${name}: the same process at the end`, `${pids} then ${after.get(name)}`, 'the same', false)
      continue
    }
    const most = (list, name) => Math.max(...list.map((one) => one[name])), now = used(pids)
    const dirty = most(late.get(name), 'dirty') - most(amid.get(name), 'dirty'), fds = most(now, 'fds') - most(before.used.get(name), 'fds')
    const judged = !['nginx', 'db'].includes(name) // these are others' programs, with caches that fill
    verdict(`${name}, the same process: memory (quiet ${mb(most(before.used.get(name), 'dirty'))}, late ${mb(most(late.get(name), 'dirty'))}), growth amid the siege; descriptors left over`,
      `${mb(dirty)}, ${fds}`, judged ? `≤ ${GROWTH_MB} MB, ${sending(name)}` : '',
      judged ? dirty <= GROWTH_MB && fds <= sending(name) : null)
  }
}

// Takes the attackers' modules away, and ends what their jobs have left hanging.
async function endAttackers () {
  for (const module of ATTACKERS) await stack.cli('module', 'disable', module, '--tenant', 'acme')
  await until('no worker of theirs is left', async () => {
    const left = (await Promise.all(ATTACKERS.map((module) => stack.workers(module)))).flat()
    for (const pid of left) try { process.kill(pid, 'SIGKILL') } catch { /* it has ended by itself */ }
    return left.length === 0
  }, 60)
  await sleep(3000)
}

async function judgeStored () {
  for (const tenant of TENANTS) {
    const stored = (await stack.sql(`SELECT message FROM t${TENANTS.indexOf(tenant) + 1}_guestbook.entry`)).split('\n').filter(Boolean)
    verdict(`entries of ${tenant}: confirmed, stored, different ones`, `${entries[tenant].length}, ${stored.length}, ${new Set(stored).size}`, 'the same',
      stored.length === entries[tenant].length && new Set(stored).size === stored.length && entries[tenant].every((one) => stored.includes(one)))
  }
  const stored = await number('SELECT COUNT(*) FROM t1_shop.shop_order'), taken = STOCK - await number("SELECT stock FROM t1_shop.variant WHERE sku = 'V-1'")
  verdict('orders of the shop: confirmed, stored, pieces taken from stock', `${orders}, ${stored}, ${taken}`, 'the same', orders === stored && stored === taken && orders > 0)
}

async function measure () {
  await variant
  for (const tenant of TENANTS) await stack.setUp(portalOf(tenant), await stack.signIn(tenant), `anna@${tenant}.example`, PASSWORD)
  say(`${ATTACKERS.length} attacking modules, and ${SERVED.length + 2} others`)
  for (const [host, url] of [[hostOf('acme'), '/fr/shop/p/vis'], ...TENANTS.map((tenant) => [hostOf(tenant), '/fr/guestbook/'])])
    await until(`${url} answers`, async () => (await stack.request(host, url)).status === 200)
  for (const action of [order, change, call, ...[signIn, job, mail].flatMap((one) => TENANTS.map((tenant) => () => one(tenant)))]) await action()
  for (const list of Object.values(took)) list.length = 0
  if (process.env.EACH) return await each()
  const doing = citizens(), quiet = await reading(SECONDS / 10)
  const pids = trusted(), usedNow = () => new Map([...pids].map(([name, list]) => [name, list.every(alive) ? used(list) : []]))
  const before = { pids, used: usedNow() }, diskBefore = disk()
  say(`quiet: p99 ${ms(quiet.p99)}`)
  for (const [kind, list] of Object.entries(took)) { say(`  ${kind}: ${list.length}, longest ${ms(Math.max(...list))}`); list.length = 0 }
  const workers = await reading(SECONDS * 0.3, () => besiege(stack.port, hostOf('acme'), onWorkers()))
  say(`attacks in workers: p99 ${ms(workers.p99)}`)
  let amid
  const all = await reading(SECONDS * 0.5, async () => {
    sleep(SECONDS * 250).then(() => { amid = usedNow() })
    return await besiege(stack.port, hostOf('acme'), [...onWorkers(), ...onMariaDb(path.join(run, 'out'))])
  })
  const late = usedNow()
  say(`all attacks: p99 ${ms(all.p99)}`)
  const diskAfter = disk()
  going = false
  await Promise.all(doing)
  await endAttackers()
  const after = await reading(SECONDS / 10)
  say(`after it: p99 ${ms(after.p99)}`)
  for (const [attack, answers] of Object.entries(all.answers)) console.log(`         ${attack}: ${Object.entries(answers).map(([status, count]) => `${count} × ${status}`).join(', ')}`)

  for (const [statement, count] of slow) console.log(`         seen ${count} times for more than a second: ${statement}`)

  judgeReading('attacks in workers', quiet, workers, RATIO_WORKERS)
  judgeReading('all attacks', quiet, all, RATIO_MARIADB, MARIADB_MS)
  verdict(`  after it: others' p99 / quiet (${ms(after.p99)})`, (after.p99 / quiet.p99).toFixed(2), '', null)
  verdict(`connections of one attacker at MariaDB, most (${peak.of})`, String(peak.connections), `≤ ${CONNECTIONS}`, peak.connections <= CONNECTIONS)
  verdict("others' requests that failed", String(lost.length), '0', lost.length === 0)
  await judgeStored()
  judgeTimes("an order to the installer for another module", 'order', ORDER_MS)
  judgeTimes('a sign-in with a password', 'sign-in', SIGN_IN_MS)
  judgeTimes("another module's job, until it has run", 'job', JOB_MS)
  judgeTimes("another module's mail, until it has arrived", 'mail of acme', MAIL_MS)
  judgeTimes("another tenant's mail, until it has arrived", 'mail of beta', MAIL_MS)
  judgeTimes("another module's call to another system", 'call', CALL_MS)
  verdict(`  another module's POST, longest of ${took.write.length} (p99 ${ms(at(took.write, 0.99))})`, ms(took.write.at(-1)), '', null)
  judgeTrusted(before, amid, late)
  const seconds = SECONDS * 0.8, log = (diskAfter.log - diskBefore.log) / seconds
  verdict(`log, growth a second`, mb(log), `≤ ${LOG_MB_SECOND} MB`, log <= LOG_MB_SECOND)
  verdict("MariaDB's temporary files, most", mb(peak.tmp), `≤ ${TMP_MB} MB`, peak.tmp <= TMP_MB)
  verdict("below var, growth without these, mails and the attackers' own rows", mb(diskAfter.rest - diskBefore.rest), `≤ ${REST_MB} MB`, diskAfter.rest - diskBefore.rest <= REST_MB)
  verdict("  the attackers' own rows", mb(diskAfter.attackers - diskBefore.attackers), '', null)
  verdict(`  workers, most; their memory (with shared pages)`, `${peak.workers}, ${mb(peak.memory)}`, '', null)
}

async function clean () {
  going = false
  await stack.stop().catch((error) => console.error(error.message))
  server.closeAllConnections()
  server.close()
  packages.removeAll()
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => clean().then(() => process.exit(1)))
console.log(describe())
try { os.setPriority(-5) } catch { /* as besiegers.mjs */ }
try {
  await measure()
} finally {
  await clean()
}
for (const one of [...lost, ...troubles].slice(0, 30)) console.log(`  failed: ${one}`)
console.log()
table(rows)
process.exit(rows.some((row) => row[3] === 'not reached') || troubles.length > 0 ? 1 : 0)
