// SPDX-License-Identifier: EUPL-1.2
// make bench: the cost of a page compared with a bare libfcgi program, memory use, and start times.
//
// Everything runs on 127.0.0.1, in a private Scopiton that is ended at the end. Each ratio is the median of rounds in which its
// sides are loaded in turn for a second each, so that other load on the machine hits both. A missed target ends it with status 1.
// ROUNDS=1 gives a quick look; PART=rates leaves out starting and idle modules, PART=rest the rates.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { performance } from 'node:perf_hooks'
import { root, sleep, start, until } from '../support/stack.mjs'
import { startBare } from './bare.mjs'
import { fillGuestbook, pageReads, rename, writeProducts } from './catalogue.mjs'
import { alive, describe, load, lookups, median, memory, range, table, wakes } from './machine.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 7)
const PART = process.env.PART ?? 'all'
const HOST = 'acme.localhost', WORKERS = 4, COLD_STARTS = 15, IDLE_MODULES = 200, FAR = 300
// The bare program asks MariaDB itself. A page asks through its gateway, which may cost it a fifth of its rate, and its p99 a third.
const GATEWAY = 0.8, GATEWAY_P99 = 1.3
const REQUESTS_BEFORE = 10000, REQUESTS_AFTER = 100000
// as a scop serves it: in development nginx and workers do more
const CONFIG = ['development = no', `pool_workers = ${WORKERS}`, 'workers = 16', 'worker_requests = 100000000']
const build = path.resolve(root, process.env.BUILD ?? 'build')
process.env.BUILD = build
const hasShop = fs.existsSync(path.join(build, 'modules/shop/shop.so'))
const started = performance.now()
const cleanups = []
const rows = [['what', 'measured', 'target', '']]

function say (text) {
  console.log(`  ${((performance.now() - started) / 1000).toFixed(0).padStart(3)} s  ${text}`)
}

function verdict (what, measured, target, reached) {
  rows.push([what, measured, target, reached === null ? '' : reached ? 'reached' : 'not reached'])
}

const megabytes = (number) => `${number.toFixed(2)} MB`

// ---- what there is to measure ----

async function page (stack, url) {
  const answer = await until(`${url} answers 200`, async () => {
    const got = await stack.request(HOST, url).catch(() => null)
    return got?.status === 200 && got
  })
  return Number(answer.headers['content-length'])
}

// Changes lines of the configuration of the running host.
async function configure (stack, changes) {
  const file = path.join(stack.folder, 'scopiton.conf')
  let text = fs.readFileSync(file, 'utf8')

  for (const [name, value] of Object.entries(changes)) {
    text = text.replace(new RegExp(`^${name} = .*\n`, 'm'), '') + `${name} = ${value}\n`
  }
  fs.writeFileSync(file, text)
  process.kill(stack.pid('supervisor'), 'SIGHUP')
  await sleep(500)
}

async function prepareShop (stack) {
  const file = path.join(stack.folder, 'products.csv')
  const from = performance.now()

  await stack.cli('module', 'install', 'shop', '--tenant', 'acme')
  writeProducts(file)
  const importing = performance.now()
  await stack.cli('import', 'shop', 'products', file, '--tenant', 'acme')
  say(`10,000 products with 30,000 variants imported in ${((performance.now() - importing) / 1000).toFixed(1)} s`)
  say(`the shop is ready after ${((performance.now() - from) / 1000).toFixed(1)} s`)
}

async function prepare () {
  const modules = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-bench-'))
  cleanups.push(() => fs.rmSync(modules, { recursive: true, force: true }))
  fs.chmodSync(modules, 0o755)
  fs.cpSync(path.join(build, 'modules'), modules, { recursive: true })
  const stack = await start({ config: CONFIG, modules, durable: true })
  cleanups.push(() => stack.stop())
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
  await fillGuestbook(stack, 't1_guestbook')
  if (hasShop) await prepareShop(stack)
  const bare = await startBare(stack, WORKERS, await pageReads(stack, build, hasShop))
  cleanups.push(() => bare.stop())
  return { stack, bare, modules }
}

// The address that a page's links lead to, `pages` further.
async function follow (stack, url, pages) {
  let at = url

  for (let page = 1; page < pages; page++) {
    const { body } = await stack.request(HOST, at)
    const [, query] = body.match(/href="(\?[^"]+)" rel="next"/) ?? []
    if (!query) throw new Error(`no page follows ${at}`)
    at = url + query.replaceAll('&amp;', '&')
  }
  return at
}

// The pages loaded in turn, a list for each comparison.
async function groups (stack, bare) {
  const guestbook = await page(stack, '/fr/guestbook/')
  const own = { port: stack.port, host: HOST }, other = { port: bare.port, host: 'localhost' }
  const list = [[
    { name: 'guestbook', words: `guestbook, 20 entries, ${guestbook} bytes`, ...own, path: '/fr/guestbook/' },
    { name: 'guestbook0', words: 'bare, the same read', ...other, path: `/same/guestbook?bytes=${guestbook}` },
    { name: 'r1', words: `bare, one row by its key, ${guestbook} bytes`, ...other, path: `/r1?bytes=${guestbook}` },
  ]]

  if (hasShop) {
    const product = '/fr/shop/p/article-5000', products = '/fr/shop/'
    const one = await page(stack, product), many = await page(stack, products)
    list.push([
      { name: 'product', words: `shop's product, its reads together, ${one} bytes`, ...own, path: product },
      { name: 'product0', words: 'bare, the same reads one by one', ...other, path: `/same/product?bytes=${one}` },
      { name: 'joined', words: "bare, the page's own four statements", ...other, path: `/same/joined?bytes=${one}` },
      { name: 'r5', words: `bare, five rows by their keys, ${one} bytes`, ...other, path: `/r5?bytes=${one}` },
    ], [
      { name: 'list', words: `24 of 10,000 products, ${many} bytes`, ...own, path: products },
      { name: 'far', words: `24 of 10,000 products, page ${FAR} by its links`, ...own, path: await follow(stack, products, FAR) },
      { name: 'r5list', words: `bare, five rows by their keys, ${many} bytes`, ...other, path: `/r5?bytes=${many}` },
    ])
  }
  list.push([
    { name: 'r0', words: `bare, no read, ${guestbook} bytes`, ...other, path: `/r0?bytes=${guestbook}`, rounds: 1 },
    { name: 'static', words: 'nginx, a file of 10,000 bytes', ...other, path: '/10k.html', rounds: 1 },
  ])
  return list
}

// ---- requests per second ----

async function measureRates (list, afterFirst) {
  for (const target of list.flat()) {
    target.runs = []
    await load({ ...target, seconds: 1 })
  }
  for (const group of list) {
    for (let round = 1; round <= (PART === 'rest' ? 1 : group[0].rounds ?? ROUNDS); round++)
      for (const target of group) target.runs.push(await load({ ...target, seconds: 1 }))
    say(`measured: ${group[0].words}`)
    await afterFirst(group[0].name)
  }
}

function tellRates (list) {
  const lines = [['requests/s, 16 connections', 'median', 'lowest', 'highest', 'CPU', 'p50', 'p99', '']]

  for (const target of list) {
    const rates = target.runs.map((one) => one.rate)
    target.rate = median(rates)
    target.cpu = median(target.runs.map((one) => one.cpu))
    lines.push([target.words, ...[target.rate, ...range(rates)].map((rate) => rate.toFixed(0)), `${target.cpu.toFixed(0)} µs`,
      `${median(target.runs.map((one) => one.p50)).toFixed(2)} ms`, `${median(target.runs.map((one) => one.p99)).toFixed(2)} ms`,
      [...new Set(target.runs.map((one) => one.trouble).filter(Boolean))].join('; ')])
  }
  console.log()
  table(lines)
}

function judgeRates (list) {
  const find = (name) => list.find((candidate) => candidate.name === name)
  // the median over the rounds of `side`'s ratio
  const compared = (name, other, side) => median(find(name).runs.map((run, round) => side(run, find(other).runs[round])))
  const ratio = (words, name, other, target) => {
    const share = compared(name, other, (one, two) => one.rate / two.rate)
    const cpu = compared(name, other, (one, two) => two.cpu / one.cpu)
    verdict(`${words} (by CPU ${cpu.toFixed(2)})`, share.toFixed(2), `≥ ${target.toFixed(2)}`, share >= target)
  }

  ratio("guestbook's page / bare, the same read", 'guestbook', 'guestbook0', 0.85 * GATEWAY)
  if (!hasShop) return
  ratio("shop's product, reads together / bare, the same reads one by one", 'product', 'product0', 1.2 * GATEWAY)
  ratio("shop's product / bare, the page's own four statements one by one", 'product', 'joined', 0.85 * GATEWAY)
  const slow = compared('product', 'product0', (one, two) => one.p99 / two.p99)
  verdict("shop's product, p99 / bare's, the same reads one by one", slow.toFixed(2), `≤ ${(1.5 * GATEWAY_P99).toFixed(2)}`, slow <= 1.5 * GATEWAY_P99)
  ratio("shop's product / bare, five rows by their keys", 'product', 'r5', 0.8 * GATEWAY)
  ratio(`list of 24 of 10,000, page ${FAR} by its links / page 1`, 'far', 'list', 0.9)
  ratio('list of 24 of 10,000 / bare, five rows by their keys', 'list', 'r5list', 0.5)
}

// The slowdown of a request by a large directory: the look-up is timed alone, because it is a thousandth of the request.
async function judgeLookup (folder, request) {
  const [few, many] = await lookups(folder, [[10, 1], [1000, 25]])
  const share = request.cpu / (request.cpu + (many - few) / 1000)

  verdict(`request with 10 tenants / with 1,000 of 25 modules (look-up ${few} ns, ${many} ns)`, share.toFixed(3), '≥ 0.99', share >= 0.99)
}

// ---- memory ----

async function poolMemory (stack, module) {
  const used = (await stack.workers(module)).map(memory)
  const most = (name) => Math.max(...used.map((one) => one[name]))

  return { count: used.length, own: most('own'), dirty: most('dirty'), pss: most('pss') }
}

function judgeMemory (module, used) {
  verdict(`worker of ${module}, ${used.count} in the pool: private memory (PSS ${megabytes(used.pss)})`, megabytes(used.own), '≤ 2 MB',
    used.own <= 2)
}

// One worker, loaded until it has served `wanted` requests.
async function loadUntil (stack, target, wanted, served) {
  while (served < wanted) served += (await load({ ...target, seconds: Math.min(4, 1 + (wanted - served) / 5000 | 0) })).count
  return served
}

async function measureGrowth (stack, target) {
  await configure(stack, { pool_workers: 1 })
  const pid = await until('one worker is left', async () => {
    const workers = await stack.workers('guestbook')
    if (workers.length === 0) await stack.request(HOST, '/fr/guestbook/')
    return workers.length === 1 && workers[0]
  })
  let served = await loadUntil(stack, target, REQUESTS_BEFORE, 0)
  const before = memory(pid), first = served
  served = await loadUntil(stack, target, REQUESTS_AFTER, served)
  if (!alive(pid)) throw new Error('the worker was replaced while its growth was measured')
  const growth = memory(pid).dirty - before.dirty
  verdict(`one worker's growth from ${first} to ${served} requests`, megabytes(growth), 'none', growth < 0.1)
  await configure(stack, { pool_workers: WORKERS })
}

// ---- starting ----

async function endWorkers (stack, module) {
  for (const pid of await stack.workers(module)) process.kill(pid, 'SIGKILL')
  await until(`no worker of '${module}' is left`, async () => (await stack.workers(module)).length === 0)
  await sleep(20)
}

async function timed (stack, url) {
  const from = performance.now()
  const { status } = await stack.request(HOST, url)

  if (status !== 200) throw new Error(`${url} answered ${status}`)
  return performance.now() - from
}

async function measureCold (stack, module, url) {
  const cold = [], warm = []

  for (let i = 0; i < COLD_STARTS; i++) {
    await endWorkers(stack, module)
    await timed(stack, '/_/error/503.html').catch(() => {}) /* the connection to nginx is not what is cold */
    cold.push(await timed(stack, url))
    warm.push(await timed(stack, url))
  }
  verdict(`cold first request of ${module}, median of ${COLD_STARTS} (longest ${Math.max(...cold).toFixed(1)} ms, warm ` +
    `${median(warm).toFixed(1)} ms)`, `${median(cold).toFixed(1)} ms`, '≤ 15 ms', median(cold) <= 15)
}

// Ends the stack and starts it again on what it has left: the built tree with a database, until the first page.
async function measureStart (stack, modules) {
  process.env.KEEP = 'the folder'
  await stack.stop()
  delete process.env.KEEP
  const from = performance.now()
  stack.child = spawn(path.join(root, 'tools/serve'), [stack.folder, ...CONFIG],
    { env: { ...process.env, MODULES_FOLDER: modules }, stdio: ['pipe', 'pipe', 'inherit'] })
  for await (const line of readline.createInterface({ input: stack.child.stdout })) if (line === 'ready') break
  stack.port = Number(fs.readFileSync(path.join(stack.folder, 'ports'), 'utf8').match(/^http=(\d+)/m)[1])
  await page(stack, '/fr/guestbook/')
  const took = (performance.now() - from) / 1000
  verdict('from the built tree to the first page, with a database there', `${took.toFixed(2)} s`, '≤ 3 s', took <= 3)
}

// ---- idle modules ----

// 200 packages of the guestbook under other names: installed as far as the supervisor can tell, and never called.
async function addIdleModules (stack, modules) {
  for (let i = 0; i < IDLE_MODULES; i++) {
    const name = `idle${String(i).padStart(3, '0')}`, folder = path.join(modules, name)
    fs.cpSync(path.join(build, 'modules/guestbook'), folder, { recursive: true })
    fs.renameSync(path.join(folder, 'guestbook.so'), path.join(folder, `${name}.so`))
    rename(path.join(folder, 'module.xml'), 'guestbook', name)
  }
  const from = performance.now()
  for (let i = 0; i < IDLE_MODULES; i++) await stack.cli('module', 'install', `idle${String(i).padStart(3, '0')}`, '--tenant', 'acme')
  say(`${IDLE_MODULES} modules installed, ${((performance.now() - from) / IDLE_MODULES).toFixed(0)} ms each`)
}

async function measureIdle (stack, modules) {
  const pid = stack.pid('supervisor')
  const alone = memory(pid).pss

  await addIdleModules(stack, modules)
  await until(`${IDLE_MODULES} pools`, () => fs.readdirSync(path.join(stack.folder, 'run/pools')).length >= IDLE_MODULES)
  for (const module of ['guestbook', 'portal', 'shop']) await endWorkers(stack, module)
  await sleep(1500)
  const before = wakes(pid)
  await sleep(2000)
  const perSecond = (wakes(pid) - before) / 2, used = memory(pid)
  verdict(`supervisor with ${IDLE_MODULES} idle modules: PSS (without them ${megabytes(alone)})`, megabytes(used.pss), '≤ 1 MB', used.pss <= 1)
  verdict('supervisor, idle: wake-ups per second', perSecond.toFixed(1), '', null)
  const reachable = fs.readdirSync(path.join(stack.folder, 'run/t', HOST)).filter((name) => name.startsWith('idle')).length
  verdict(`routes to the ${IDLE_MODULES} modules`, String(reachable), String(IDLE_MODULES), reachable === IDLE_MODULES)
}

// ---- the whole ----

async function measure () {
  const { stack, bare, modules } = await prepare()
  const compared = await groups(stack, bare), list = compared.flat()
  let shopBefore

  say('measuring')
  await measureRates(compared, async (name) => { if (name === 'product') shopBefore = await poolMemory(stack, 'shop') })
  const guestbookUsed = await poolMemory(stack, 'guestbook'), shopUsed = hasShop && await poolMemory(stack, 'shop')
  tellRates(list)
  if (PART !== 'rest') judgeRates(list)
  if (PART !== 'rest') await judgeLookup(modules, list[0])
  judgeMemory('guestbook', guestbookUsed)
  if (hasShop) {
    judgeMemory('shop', shopUsed)
    const growth = shopUsed.dirty - shopBefore.dirty
    verdict("worker of shop, growth by the pages of lists", megabytes(growth), 'none', growth < 0.1)
  }
  await bare.stop()
  if (PART === 'rates') return
  await measureGrowth(stack, list[0])
  say('growth')
  await measureCold(stack, 'guestbook', '/fr/guestbook/')
  if (hasShop) await measureCold(stack, 'shop', '/fr/shop/p/article-5000')
  say('cold starts')
  await measureStart(stack, modules)
  await measureIdle(stack, modules)
  say('idle modules')
}

async function clean () {
  for (const cleanup of cleanups.splice(0).reverse()) await Promise.resolve().then(cleanup).catch((error) => console.error(error.message))
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => clean().then(() => process.exit(1)))
console.log(describe())
try {
  await measure()
} finally {
  await clean()
}
console.log()
table(rows)
say('done')
process.exit(rows.some((row) => row[3] === 'not reached') ? 1 : 0)
