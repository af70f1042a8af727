// SPDX-License-Identifier: EUPL-1.2
// Sixteen clients draw numbers, are refused, collide and die; workers and MariaDB are killed meanwhile: no number is missing, and none is
// there twice. FAULT_LONG=1 draws 100,000.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sleep, start, until } from '../support/stack.mjs'
import { Packages } from './faults.mjs'

const WANTED = process.env.FAULT_LONG === '1' ? 100000 : 400, CLIENTS = 16, ACCOUNTS = 4
const host = 'acme.localhost', page = '/fr/ledger/', url = `${page}post`
let packages, stack

before(async () => {
  packages = new Packages('portal', 'ledger')
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'ledger', '--tenant', 'acme')
  await until('it serves', async () => (await stack.request(host, page)).status === 200)
})
after(async () => { await stack?.stop(); packages?.removeAll() })

test('numbers have no gaps, whatever fails', async (t) => {
  const count = { well: 0, refuse: 0, die: 0, failed: 0, kills: 0, stops: 0 }
  const any = (of) => 1 + Math.floor(Math.random() * of)
  const ends = [...Array(70).fill('well'), ...Array(28).fill('refuse'), ...Array(2).fill('die')]
  const client = async () => {
    while (count.well < WANTED) {
      const end = ends[any(ends.length) - 1]
      try {
        const _key = await stack.key(host, page, {}, url)
        const { status } = await stack.request(host, url, { form: { _key, period: '2026', text: `${_key}`.slice(0, 40), from: String(any(ACCOUNTS)), to: String(any(ACCOUNTS)), end } })
        if (status === 303 || status === 422) count[end]++
        else if (end === 'die') count.die++
        else count.failed++
      } catch {
        count.failed++ // the page itself had no answer while MariaDB was away
        await sleep(50)
      }
    }
  }
  const trouble = async () => {
    for (let step = WANTED / 8; count.well < WANTED; step += WANTED / 8) {
      while (count.well < Math.min(step, WANTED)) await sleep(20)
      if (step % (WANTED / 2) === WANTED / 4) {
        process.kill(stack.pid('db'), 'SIGKILL')
        count.stops++
        await sleep(200)
        await stack.again('db')
      } else {
        const pids = await stack.workers('ledger').catch(() => [])
        if (pids.length > 0) try { process.kill(pids[0], 'SIGKILL'); count.kills++ } catch { /* it has ended */ }
      }
    }
  }
  await Promise.all([trouble(), ...Array.from({ length: CLIENTS }, client)])
  await until('MariaDB answers', () => stack.sql('SELECT 1').then(() => true, () => false))
  const [rows, distinct, last, first] = (await stack.sql("SELECT COUNT(*), COUNT(DISTINCT number), MAX(number), MIN(number) FROM t1_ledger.posting WHERE period = '2026'")).split('\t').map(Number)
  t.diagnostic(JSON.stringify(count))
  assert.deepEqual([distinct, last, first], [rows, rows, 1])
  assert.ok(rows >= count.well, `${count.well} were confirmed, ${rows} are stored`)
  assert.equal(await stack.sql("SELECT last FROM t1_ledger.scop_number WHERE series = 'posting' AND period = '2026'"), String(rows))
  assert.ok(count.kills > 0 && count.stops > 0 && count.refuse > 0)
})
