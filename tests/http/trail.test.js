// SPDX-License-Identifier: EUPL-1.2
// The activity log keeps amounts, days and texts with their types: each reader sees them in their own language and time zone, also in
// an entry that somebody else has caused; and rubbish that a module writes there is a text like any other.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'

const PORTAL = 'acme-portal.localhost'
let stack, packages, headers

const see = async (url) => (await stack.request(PORTAL, url, { headers })).body
const decode = (text) => text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
// The fields that a browser would send from the page's unchanged form.
const fieldsOf = (body, action) => {
  const form = body.slice(body.indexOf(`action="${action}"`)).split('</form>')[0], values = {}
  for (const [input] of form.matchAll(/<input [^>]*>/g)) {
    const name = input.match(/ name="([^"]+)"/)?.[1]
    if (name && !/type="file"/.test(input) && !(/type="(checkbox|radio)"/.test(input) && !/ checked/.test(input))) values[name] = decode(input.match(/ value="([^"]*)"/)?.[1] ?? '')
  }
  for (const [, name, options] of form.matchAll(/<select [^>]*name="([^"]+)"[^>]*>([^]*?)<\/select>/g)) values[name] = options.match(/value="([^"]*)"[^>]* selected/)?.[1] ?? options.match(/value="([^"]*)"/)[1]
  return values
}
const save = async (page, changes) => {
  const answer = await stack.request(PORTAL, page, { headers, form: { ...fieldsOf(await see(page), page), ...changes } })
  assert.equal(answer.status, 303, answer.body)
  return answer
}
const reads = (language, zone = '') => stack.sql(`UPDATE t1.member SET language = '${language}', zone = '${zone}'`)
// The newest entries as the page shows them, newest first: the action and what it was about.
const trail = async (url = '/portal/audit') => [...(await see(url)).matchAll(/scope="row" class="wide">([^<]*?)(?: <span class="detail">([^]*?)<\/span>)?<\/th>/g)].map(([, what, about = '']) => [decode(what), decode(about)])
const json = async (url = '/portal/audit') => JSON.parse((await stack.request(PORTAL, url, { headers: { ...headers, Accept: 'application/json' } })).body)

before(async () => {
  packages = new Packages('portal', 'shop', 'guestbook', 'knobs')
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'shop', '--tenant', 'acme', '--root')
  await stack.cli('module', 'install', 'knobs', '--tenant', 'acme')
  headers = { Cookie: await stack.signIn('acme') }
})
after(async () => {
  await stack?.stop()
  packages?.removeAll()
})

test('a price, a stock, a limit, a tariff and a setting, each in the language of who reads', async () => {
  await reads('de')
  const [page, knobs] = ['/shop/products/new', '/portal/modules/knobs/settings']
  const article = (await save(page, { name: 'Tasse {{price}} <b>', price: '1234,50', stock: '3' })).headers.location
  const id = await stack.sql('SELECT id FROM t1_shop.variant')
  await save(article, { [`price.${id}`]: '1299,90' })
  await save(article, { [`stock.${id}`]: '12' })
  await save(article, { option1_name: 'Farbe', [`option1.${id}`]: 'Rot', 'option1.new1': 'Blau', 'price.new1': '7' })
  await save('/shop/settings', { free_from: '1500' })
  await save('/shop/settings', { to: 'FR', weight: '2500', 'price.new': '9,90' })
  await save(knobs, { 'set.greeting': 'Hallo', 'set.places': '4', 'set.fee': '1020,5', 'set.open': '0', 'set.colour': 'deep_blue' })
  await save('/portal/modules/shop/settings', { 'set.few': '7', 'set.tell_shop': '0' })

  const said = {
    fr: ['Boutique, Avertir la boutique de chaque commande : non; « Bientôt épuisé » à partir de ce stock : 7', 'Knobs, Greeting : Hallo; Places : 4; Fee : 1\u202f020,50\u00a0€; Open : non; Colour : Bleu profond', '2,5 kg : 9,90\u00a0€', '1\u202f500,00\u00a0€',
      'Tasse {{price}} <b> : Blau : 7,00\u00a0€', 'Tasse {{price}} <b> : 1\u202f299,90\u00a0€, stock : 12', 'Tasse {{price}} <b> : 1\u202f299,90\u00a0€, stock : 3'],
    nl: ['Webwinkel, De winkel een e-mail sturen bij elke bestelling: nee; ‘Bijna uitverkocht’ vanaf deze voorraad: 7', 'Knobs, Greeting: Hallo; Places: 4; Fee: €\u00a01.020,50; Open: nee; Colour: Diepblauw', '2,5 kg: €\u00a09,90', '€\u00a01.500,00',
      'Tasse {{price}} <b>: Blau: €\u00a07,00', 'Tasse {{price}} <b>: €\u00a01.299,90, voorraad: 12', 'Tasse {{price}} <b>: €\u00a01.299,90, voorraad: 3'],
    de: [/^Shop, [^;]+: nein; [^;]+: 7$/, 'Knobs, Greeting: Hallo; Places: 4; Fee: 1.020,50\u00a0€; Open: nein; Colour: Tiefblau', '2,5 kg: 9,90\u00a0€', '1.500,00\u00a0€',
      'Tasse {{price}} <b>: Blau: 7,00\u00a0€', 'Tasse {{price}} <b>: 1.299,90\u00a0€, Bestand: 12', 'Tasse {{price}} <b>: 1.299,90\u00a0€, Bestand: 3'],
    en: ['Shop, Write to the shop for each order: no; “Few left” from this stock on: 7', 'Knobs, Greeting: Hallo; Places: 4; Fee: €1,020.50; Open: no; Colour: Deep blue', '2.5 kg: €9.90', '€1,500.00',
      'Tasse {{price}} <b>: Blau: €7.00', 'Tasse {{price}} <b>: €1,299.90, stock 12', 'Tasse {{price}} <b>: €1,299.90, stock 3'],
  }
  for (const [language, wanted] of Object.entries(said)) {
    await reads(language)
    const shown = (await trail()).map(([, about]) => about).filter((about) => !/^Tasse \{\{price\}\} <b>$/.test(about)).slice(0, wanted.length)
    for (const [i, about] of wanted.entries()) about instanceof RegExp ? assert.match(shown[i], about, language) : assert.equal(shown[i], about, language)
  }
  // A program gets the values beside the text.
  const [entry] = (await json()).trail.filter(({ what }) => /amount for free delivery/.test(what))
  assert.deepEqual([entry.about, entry.details], ['€1,500.00', { cents: 150000, currency: 'EUR' }])
  assert.equal(await stack.sql("SELECT about FROM t1.audit WHERE what = 'Set the amount for free delivery'"), '1500.00 EUR', 'the text that is searched')
})

test('a day and a time in the reader\'s form and zone, and an entry that an earlier version stored', async () => {
  await stack.sql(`INSERT INTO t1.audit (at, role, name, what, about, details) VALUES ('2026-03-29 10:00:00', 't1_shop', 'Ada', 'Moved', 'x', '{"text":"{{day}}, {{at}}, {{rate}}","values":{"day":{"date":"2026-03-09"},"at":{"time":"2026-03-28T22:30:00Z"},"rate":{"number":"1234.500"}}}'),
    ('2026-03-29 10:00:01', 't1_shop', 'Ada', 'Set the amount for free delivery', '150.00 EUR', NULL)`)
  for (const [language, zone, about] of [['fr', 'Europe/Brussels', '09/03/2026, 28/03/2026 23:30, 1\u202f234,500'], ['nl', 'Pacific/Noumea', '09-03-2026, 29-03-2026 09:30, 1.234,500'],
    ['de', 'Europe/Brussels', '09.03.2026, 28.03.2026 23:30, 1.234,500'], ['en', 'America/New_York', '9 Mar 2026, 28 Mar 2026, 18:30, 1,234.500']]) {
    await reads(language, zone)
    const shown = await trail('/portal/audit?words=ada')
    assert.equal(shown[0][1], '150.00 EUR')
    assert.equal(shown[1][1], about, language)
  }
})

test('the log is searched by names and by amounts as they are stored; by actions and titles as the reader sees them', async () => {
  const found = async (words) => (await trail(`/portal/audit?words=${encodeURIComponent(words)}`)).length
  await reads('fr')
  assert.ok(await found('Tasse') > 0)
  assert.ok(await found('1299.90') > 0)
  assert.equal(await found('cents'), 0, 'not in the form of the values')
  assert.equal(await found('avertir la boutique'), 1, 'a title')
  assert.equal(await found('livraison gratuite'), 2, 'an action, also of an earlier version')
  await reads('nl')
  assert.equal(await found('avertir la boutique'), 0)
  assert.equal(await found('gratis levering'), 2)
  await reads('en')
  assert.equal(await found('Write to the shop'), 1)
  assert.equal(await found('for free delivery'), 2)
})

test('rubbish of a module is shown as text, and breaks nothing', async () => {
  await reads('fr', 'Europe/Brussels')
  const password = fs.readFileSync(`${stack.folder}/secrets/shop`, 'utf8').split('\n')[0]
  const hostile = ['nonsense <script>alert(1)</script>', '{', '[]]', '1.5', 'null', '{"cents":-9223372036854775808,"currency":"EUR"}', '{"cents":1,"currency":"<b>"}', '{"cents":"1","currency":"EUR"}', '{"date":"2026-13-45"}',
    '{"text":7}', '{"text":"x","values":[1]}', '{"price":1}', '['.repeat(3000), `[${'1,'.repeat(1500)}1]`, '{"number":"1e400"}']
  const bomb = [1, 2, 3, 4].reduce((inner) => ({ text: '{{a}}'.repeat(12), values: { a: inner } }), { text: '{{b}}', values: { b: 'é'.repeat(50) } })
  const values = [...hostile, JSON.stringify(bomb), JSON.stringify({ text: '<i>{{who}}</i>', values: { who: '</td><script>alert(2)</script>' } })]
  const quoted = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
  await stack.sql(`SET ROLE t1_shop; ${values.map((text, i) => `INSERT INTO t1.audit (name, what, about, details) VALUES ('Mallory', 'Rubbish', 'plain <${i}>', ${quoted(text)})`).join('; ')}`, { user: 'scop_shop', password })
  await assert.rejects(stack.sql(`SET ROLE t1_shop; INSERT INTO t1.audit (name, what, about, details) VALUES ('Mallory', 'Rubbish', '', REPEAT('x', 4001))`, { user: 'scop_shop', password }), /too long/)
  const { status, body } = await stack.request(PORTAL, '/portal/audit?words=mallory', { headers })
  assert.equal(status, 200)
  assert.doesNotMatch(body, /<script>alert|<i><\/td>/)
  const shown = (await trail('/portal/audit?words=mallory')).map(([, about]) => about).reverse()
  assert.equal(shown.length, values.length)
  assert.deepEqual(shown.slice(0, hostile.length), hostile.map((_, i) => `plain <${i}>`))
  assert.ok(shown[hostile.length].length <= 1000, 'a message that multiplies itself ends')
  assert.equal(shown.at(-1), '<i></td><script>alert(2)</script></i>')
  assert.equal((await json('/portal/audit?words=mallory')).trail.filter(({ details }) => details !== null).length, 2)
})
