// SPDX-License-Identifier: EUPL-1.2
// Each release that was made, upgraded to this tree: the demo as that release has left it on a machine (tools/release), its databases,
// accounts, packages and files. What serves goes on, nothing is lost, and its modules are upgraded to those of this tree.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { root, start, until } from '../support/stack.mjs'

const folder = path.join(root, 'tests/upgrade')
const releases = fs.existsSync(folder) ? fs.readdirSync(folder).sort() : []
const machine = { x64: 'x86_64', arm64: 'aarch64' }[os.arch()]

if (releases.length === 0) test('each release is upgraded', { skip: 'no release has been made yet: `make release` writes tests/upgrade' }, () => {})

for (const release of releases) {
  const built = fs.readFileSync(path.join(folder, release, 'machine'), 'utf8').trim()
  describe(`from ${release}`, { skip: built !== machine && `its packages were built for ${built}, and this machine is ${machine}` }, () => {
    let stack, rows, cookie
    // Rows of every table that people fill, by tenant and table.
    const counts = async () => {
      const tables = (await stack.sql("SELECT CONCAT(table_schema, '.', table_name) FROM information_schema.tables WHERE table_schema REGEXP '^t[0-9]+_' AND table_type = 'BASE TABLE' AND table_name NOT LIKE 'scop\\\\_%' ORDER BY 1")).split('\n')
      const counted = await stack.sql(tables.map((table) => `SELECT '${table}', COUNT(*) FROM ${table}`).join(' UNION ALL '))
      return Object.fromEntries(counted.split('\n').map((row) => row.split('\t')))
    }
    const get = (host, url, headers = {}) => stack.request(host, url, { headers })

    before(async () => { stack = await start({ release: path.join(folder, release) }) })
    after(async () => stack?.stop())

    test('its packages go on serving with this host', async () => {
      rows = await counts()
      assert.ok(Number(rows['t2_shop.shop_order']) > 20 && Number(rows['t2_guestbook.entry']) > 0, JSON.stringify(rows))
      for (const [host, url] of [['laboucle.localhost', '/fr/'], ['lumen.localhost', '/nl/'], ['laboucle.localhost', '/fr/guestbook/']]) {
        await until(`${host}${url} serves`, async () => (await get(host, url)).status === 200, 20)
      }
      cookie = await stack.signIn('laboucle')
      for (const url of ['/portal/', '/portal/modules', '/portal/audit', '/shop/orders', '/shop/products']) {
        assert.equal((await get('laboucle-portal.localhost', url, { Cookie: cookie })).status, 200, url)
      }
    })

    test('no role but the portal\'s goes on reading all that modules share', async () => {
      assert.equal(await stack.sql("SELECT GROUP_CONCAT(User) FROM mysql.db WHERE Db REGEXP '^t[0-9]+$' AND User NOT REGEXP '^t[0-9]+_portal$'"), 'NULL')
      assert.equal(await stack.sql("SELECT COUNT(*) FROM mysql.tables_priv WHERE User = 't2_shop' AND Db = 't2' AND Table_name = 'job'"), '1')
    })

    test('its modules are upgraded to those of this tree, and nothing is lost', async () => {
      for (const tenant of ['scop', 'laboucle', 'lumen']) {
        for (const module of ['portal', 'shop', 'guestbook']) {
          if (tenant === 'scop' && module !== 'portal') continue
          await stack.cli('module', 'install', module, '--tenant', tenant, ...(module === 'shop' ? ['--root'] : []))
        }
      }
      const used = await stack.sql("SELECT COUNT(*) FROM scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE s.state = 'on' AND p.available = 0 AND p.module <> 'testimonials'")
      assert.equal(used, '0', 'each is of this build')
      const now = await counts()
      for (const [table, count] of Object.entries(rows)) assert.equal(now[table], count, table)
    })

    // The shop of 0.1.0 has statements that are refused in new packages today: it was accepted here, and stays a way back.
    test('a module goes back to the version that was installed before, and on again', async () => {
      await stack.cli('module', 'back', 'shop', '--tenant', 'lumen')
      const hash = await stack.sql("SELECT p.available FROM scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE s.module = 'shop' AND s.database_name LIKE 't3%'")
      assert.equal(hash, '0', 'it is not of this build')
      await until('it serves', async () => (await get('lumen.localhost', '/nl/')).status === 200, 20)
      await stack.cli('module', 'install', 'shop', '--tenant', 'lumen', '--root')
      await until('it serves', async () => (await get('lumen.localhost', '/nl/')).status === 200, 20)
    })

    test('the upgraded pages show what was stored', async () => {
      const order = await stack.sql('SELECT id FROM t2_shop.shop_order ORDER BY id DESC LIMIT 1')
      for (const url of ['/portal/', '/portal/modules', '/portal/members', '/portal/audit', '/portal/jobs', '/portal/statements', '/shop/orders', `/shop/orders/${order}`, '/shop/products', '/shop/settings', '/portal/modules/shop/settings']) {
        const { status, body } = await get('laboucle-portal.localhost', url, { Cookie: cookie })
        assert.equal(status, 200, `${url}: ${body.slice(0, 300)}`)
      }
      const [slug] = (await stack.sql("SELECT slug FROM t2_shop.product WHERE published = 1 ORDER BY id LIMIT 1")).split('\n')
      assert.equal((await get('laboucle.localhost', `/fr/p/${slug}`)).status, 200)
      const entries = (await get('laboucle.localhost', '/fr/guestbook/')).body
      assert.match(entries, new RegExp((await stack.sql('SELECT name FROM t2_guestbook.entry ORDER BY id DESC LIMIT 1')).replace(/[^\w]/g, '.')))
    })

    test('orders go on being made', async () => {
      const form = { _key: await stack.key('laboucle.localhost', '/fr/guestbook/'), name: 'After', message: 'the upgrade' }
      assert.equal((await stack.request('laboucle.localhost', '/fr/guestbook/', { form })).status, 303)
      assert.equal(await stack.sql("SELECT COUNT(*) FROM t2_guestbook.entry WHERE name = 'After'"), '1')
    })
  })
}
