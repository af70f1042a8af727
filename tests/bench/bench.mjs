// SPDX-License-Identifier: EUPL-1.2
// make bench: what a page costs beside a bare libfcgi program, how much memory it takes, how fast it starts.
//
// Everything runs on 127.0.0.1, in a private Scopiton that is ended at the end. A ratio that is missed is printed as such and
// fails nothing. ROUNDS=1 SECONDS=1 gives a quick look.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import readline from 'node:readline'
import { performance } from 'node:perf_hooks'
import { root, sleep, start, until } from '../support/stack.mjs'
import { startBare } from './bare.mjs'
import { buildPlainShop, copyTables, fillGuestbook, pageReads, rename, writeProducts } from './catalogue.mjs'
import { alive, describe, load, median, memory, range, table, wakes } from './machine.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 5), SECONDS = Number(process.env.SECONDS ?? 4)
const HOST = 'acme.localhost', WORKERS = 4, COLD_STARTS = 25, IDLE_MODULES = 200
const REQUESTS_BEFORE = 10000, REQUESTS_AFTER = 100000
const CONFIG = [`pool_workers = ${WORKERS}`, 'workers = 16', 'worker_requests = 100000000']
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

async function prepareShop (stack, modules) {
  const file = path.join(stack.folder, 'products.csv')
  const from = performance.now()

  await stack.cli('module', 'install', 'shop', '--tenant', 'acme')
  writeProducts(file)
  const importing = performance.now()
  await stack.cli('import', 'shop', 'products', file, '--tenant', 'acme')
  say(`10,000 products with 30,000 variants imported in ${((performance.now() - importing) / 1000).toFixed(1)} s`)
  await buildPlainShop(build, modules)
  await stack.cli('module', 'install', 'shopplain', '--tenant', 'acme')
  await copyTables(stack, 't1_shop', 't1_shopplain')
  say(`the shop is ready after ${((performance.now() - from) / 1000).toFixed(1)} s`)
}

async function prepare () {
  const modules = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-bench-'))
  cleanups.push(() => fs.rmSync(modules, { recursive: true, force: true }))
  fs.chmodSync(modules, 0o755)
  fs.cpSync(path.join(build, 'modules'), modules, { recursive: true })
  const stack = await start({ config: CONFIG, modules, durable: true })
  cleanups.push(() => stack.stop())
  await configure(stack, { development: 'no' })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
  await fillGuestbook(stack, 't1_guestbook')
  if (hasShop) await prepareShop(stack, modules)
  const bare = await startBare(stack, WORKERS, pageReads(build, hasShop))
  cleanups.push(() => bare.stop())
  return { stack, bare, modules }
}

async function targets (stack, bare) {
  const guestbook = await page(stack, '/fr/guestbook/')
  const own = { port: stack.port, host: HOST }, other = { port: bare.port, host: 'localhost' }
  const list = [
    { name: 'guestbook', words: `guestbook, 20 entries, ${guestbook} bytes`, ...own, path: '/fr/guestbook/' },
    { name: 'guestbook0', words: 'bare, the same read', ...other, path: `/same/guestbook?bytes=${guestbook}` },
    { name: 'r1', words: `bare, one row by its key, ${guestbook} bytes`, ...other, path: `/r1?bytes=${guestbook}` },
  ]

  if (hasShop) {
    const product = '/p/article-5000', products = '/', far = '/?page=300'
    const one = await page(stack, `/fr/shop${product}`), many = await page(stack, `/fr/shop${products}`)
    await page(stack, `/fr/shopplain${product}`)
    list.push(
      { name: 'product', words: `shop's product, its reads together, ${one} bytes`, ...own, path: `/fr/shop${product}` },
      { name: 'plain', words: "shop's product, read by read", ...own, path: `/fr/shopplain${product}` },
      { name: 'product0', words: 'bare, the same reads', ...other, path: `/same/product?bytes=${one}` },
      { name: 'r5', words: `bare, five rows by their keys, ${one} bytes`, ...other, path: `/r5?bytes=${one}` },
      { name: 'list', words: `24 of 10,000 products, ${many} bytes`, ...own, path: `/fr/shop${products}` },
      { name: 'r5list', words: `bare, five rows by their keys, ${many} bytes`, ...other, path: `/r5?bytes=${many}` },
      { name: 'far', words: '24 of 10,000 products, page 300', ...own, path: `/fr/shop${far}`, short: true })
  }
  list.push(
    { name: 'r0', words: `bare, no read, ${guestbook} bytes`, ...other, path: `/r0?bytes=${guestbook}`, short: true },
    { name: 'static', words: 'nginx, a file of 10,000 bytes', ...other, path: '/10k.html', short: true })
  return list
}

// ---- requests per second ----

async function measureRates (list, afterFirst) {
  for (const target of list) {
    target.runs = []
    await load({ ...target, seconds: 1 })
  }
  for (let round = 1; round <= ROUNDS; round++) {
    for (const target of list) target.runs.push(await load({ ...target, seconds: target.short ? Math.ceil(SECONDS / 2) : SECONDS }))
    say(`round ${round} of ${ROUNDS}`)
    if (round === 1) await afterFirst()
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
  const ratio = (words, name, other, target) => {
    const [one, two] = [name, other].map((wanted) => list.find((candidate) => candidate.name === wanted))
    const share = one && two && one.rate / two.rate
    verdict(one && two ? `${words} (by CPU ${(two.cpu / one.cpu).toFixed(2)})` : words, share ? share.toFixed(2) : 'no shop', target ? `≥ ${target.toFixed(1)}` : '', share && target ? share >= target : null)
  }

  ratio("guestbook's page / bare, the same read", 'guestbook', 'guestbook0', 0.8)
  ratio("guestbook's page / bare, one row by its key", 'guestbook', 'r1')
  ratio("shop's product, read by read / bare, the same reads", 'plain', 'product0', 0.8)
  ratio("shop's product, read by read / bare, five rows by their keys", 'plain', 'r5')
  ratio("shop's product, reads together / bare, the same reads", 'product', 'product0', 1.0)
  ratio("shop's product, reads together / bare, five rows by their keys", 'product', 'r5')
  ratio('list of 24 from 10,000 / bare, five rows by their keys', 'list', 'r5list', 0.5)
}

// ---- memory ----

async function poolMemory (stack, module) {
  const used = (await stack.workers(module)).map(memory)
  const most = (name) => Math.max(...used.map((one) => one[name]))

  return { count: used.length, dirty: most('dirty'), pss: most('pss') }
}

function judgeMemory (module, used) {
  verdict(`worker of ${module}, ${used.count} in the pool: private dirty`, megabytes(used.dirty), '≤ 4 MB', used.dirty <= 4)
  verdict(`worker of ${module}, ${used.count} in the pool: PSS`, megabytes(used.pss), '≤ 6 MB', used.pss <= 6)
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
  stack.child = spawn(path.join(root, 'tools/serve'), [stack.folder, String(stack.port), ...CONFIG],
    { env: { ...process.env, MODULES_FOLDER: modules }, stdio: ['pipe', 'pipe', 'inherit'] })
  for await (const line of readline.createInterface({ input: stack.child.stdout })) if (line === 'ready') break
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
  for (const module of ['guestbook', 'portal', 'shop', 'shopplain']) await endWorkers(stack, module)
  await sleep(1500)
  const before = wakes(pid)
  await sleep(2000)
  const perSecond = (wakes(pid) - before) / 2, used = memory(pid)
  verdict(`supervisor with ${IDLE_MODULES} idle modules: PSS (without them ${megabytes(alone)})`, megabytes(used.pss), '≤ 2 MB', used.pss <= 2)
  verdict('supervisor, idle: wake-ups per second', perSecond.toFixed(1), '', null)
  const reachable = fs.readdirSync(path.join(stack.folder, 'run/t', HOST)).filter((name) => name.startsWith('idle')).length
  verdict(`routes to the ${IDLE_MODULES} modules`, String(reachable), String(IDLE_MODULES), reachable === IDLE_MODULES)
}

// ---- the whole ----

async function measure () {
  const { stack, bare, modules } = await prepare()
  const list = await targets(stack, bare)
  let shopBefore

  say('measuring')
  await measureRates(list, async () => { if (hasShop) shopBefore = await poolMemory(stack, 'shop') })
  const guestbookUsed = await poolMemory(stack, 'guestbook'), shopUsed = hasShop && await poolMemory(stack, 'shop')
  tellRates(list)
  judgeRates(list)
  judgeMemory('guestbook', guestbookUsed)
  if (hasShop) {
    judgeMemory('shop', shopUsed)
    const growth = shopUsed.dirty - shopBefore.dirty
    if (ROUNDS > 1) verdict('worker of shop, growth since the first round', megabytes(growth), 'none', growth < 0.1)
  }
  await bare.stop()
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
