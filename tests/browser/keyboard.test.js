// SPDX-License-Identifier: EUPL-1.2
// Using the shop and the portal with the keyboard alone: Tab reaches everything in a sensible number of steps, and each stop shows a
// visible focus, inside the window and not covered by anything.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { codeOf } from '../support/codes.mjs'
import { root, start, until } from '../support/stack.mjs'
import { follow, launch, leave, open as openIn } from './pages.mjs'

const PASSWORD = 'trois mots inattendus', STEPS_MAX = 60, AHEAD = 10 // keys
let stack, packages, browser, shop, portal

before(async () => {
  packages = new Packages('portal', 'shop', 'guestbook', 'gallery')
  stack = await start({ modules: packages.folder, mail: true })
  await stack.cli('tenant', 'create', 'laboucle', '--title', 'La Boucle')
  await stack.cli('module', 'install', 'shop', '--tenant', 'laboucle', '--root')
  for (const module of ['guestbook', 'gallery']) await stack.cli('module', 'install', module, '--tenant', 'laboucle')
  const demo = path.join(root, 'modules/shop/demo/laboucle')
  const drawings = fs.readdirSync(demo).filter((name) => name.endsWith('.svg')).map((name) => path.join(demo, name))
  await stack.cli('import', 'shop', 'products', path.join(demo, 'products.csv'), ...drawings, '--tenant', 'laboucle')
  shop = `http://laboucle.localhost:${stack.port}`
  portal = `http://laboucle-portal.localhost:${stack.port}`
  browser = await launch()
})
after(async () => { await browser?.close(); await stack?.stop(); packages?.removeAll() })

// The focused element: its name with its description, and the faults of how the focus is shown.
function look () {
  const one = document.activeElement, LINE = 48 // of something high, its first line is enough
  if (!one || one === document.body) return { name: '', wrong: [] }
  const words = (ids) => (ids ?? '').split(' ').map((id) => document.getElementById(id)?.textContent)
  const name = [one.ariaLabel, ...[...one.labels ?? []].map((label) => label.textContent), ...one.matches('select, textarea, main') ? [] : [one.textContent, ...[...one.querySelectorAll('img')].map((image) => image.alt)],
    ...words(one.getAttribute('aria-describedby'))].filter(Boolean).join(', ').replace(/\s+/g, ' ').trim()
  const ring = (part, pseudo) => { const { outlineStyle, outlineWidth } = getComputedStyle(part, pseudo); return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 }
  const box = one.getBoundingClientRect(), { innerWidth, innerHeight } = window
  const seen = Math.min(box.right, innerWidth) - Math.max(box.left, 0) // a browser leaves a picture in a row where 32 pixels of it are seen
  const inside = seen > 0 && seen >= Math.min(box.width, 32) - 1 && box.top >= 0 && box.top + Math.min(box.height, LINE) <= innerHeight
  const part = one.getClientRects()[0], middle = (Math.max(part.left, 0) + Math.min(part.right, innerWidth)) / 2
  const top = inside && document.elementFromPoint(middle, part.top + Math.min(part.height, LINE) / 2)
  const wrong = []
  const own = !one.matches(':focus') // a part that the browser itself puts into a field, as a date's calendar, with a ring of its own
  if (one.id !== 'main' && !own && !ring(one) && !ring(one, '::after')) wrong.push('shows no ring')
  if (!name && one.id !== 'main') wrong.push('has no name')
  if (!inside) wrong.push(`is outside the window: ${JSON.stringify(box)}`)
  else if (!one.contains(top) && !top?.contains(one) && !top?.closest('label')?.contains(one)) wrong.push(`is under ${top?.outerHTML.slice(0, 80)}`)
  return { name, id: one.id, wrong }
}

// Runs in each page: from `expectStops` to `takeStops` looks at the focus whenever a key comes up. The keys are sent all at once, for a
// round trip for each costs as much as the look; those that come after the element with the `wanted` name do nothing.
function watch (look) {
  let stops = null, wanted, reached
  addEventListener('keydown', (event) => { if (stops && reached) { event.preventDefault(); event.stopImmediatePropagation() } }, true)
  addEventListener('keyup', () => {
    if (!stops || reached) return
    stops.push(look())
    reached = wanted !== null && wanted.test(stops.at(-1).name)
  }, true)
  window.expectStops = (source) => { stops = []; wanted = source && new RegExp(source); reached = false }
  window.takeStops = () => { const all = stops; stops = null; return all }
}

// Presses Tab so many times, or until the focus is on the element whose name is `wanted`. Returns the names of all stops.
async function steps (page, count, key = 'Tab', wanted) {
  const code = { key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9, modifiers: key === 'Shift+Tab' ? 8 : 0 }
  await page.evaluate((source) => window.expectStops(source), wanted?.source ?? null)
  await Promise.all(Array.from({ length: 2 * count }, (_, i) => page.line.send('Input.dispatchKeyEvent', { type: i % 2 ? 'keyUp' : 'rawKeyDown', ...code })))
  const stops = await page.evaluate(() => window.takeStops())
  assert.ok(stops.length > 0)
  for (const { name, id, wrong } of stops) assert.deepEqual(wrong, [], `'${name || id}' on ${page.url()}`)
  return stops.map(({ name }) => name)
}

const step = async (page, key) => (await steps(page, 1, key))[0]

// Presses Tab until the focus is on the element with this name.
async function tab (page, name, key = 'Tab') {
  const passed = []
  while (passed.length < STEPS_MAX) {
    passed.push(...await steps(page, AHEAD, key, name))
    if (name.test(passed.at(-1))) return
  }
  throw new Error(`no ${name} within ${STEPS_MAX} steps of ${page.url()}: ${passed.join(' / ')}`)
}

// Tab and a key that leads to another page.
async function go (page, name, key = 'Enter') {
  await tab(page, name)
  await follow(page, () => page.keyboard.press(key))
}

async function fill (page, fields) {
  for (const [name, text] of fields) {
    await tab(page, name)
    await page.keyboard.press('Control+A')
    await page.keyboard.type(text)
  }
}

async function open (options) {
  const page = await openIn(browser, options)
  if (!page.watched) await page.addInitScript(`(${watch})(${look})`)
  page.watched = true
  page.line ??= await page.context().newCDPSession(page)
  return page
}
async function signedIn (options) {
  const page = await open(options)
  await page.goto((await stack.cli('login', 'laboucle', 'owner')).trim())
  await go(page, /^Se connecter à La Boucle$/)
  return page
}
const focused = (page, selector) => page.evaluate((selector) => document.activeElement.matches(selector), selector)

test('the first stop of a page skips to its content', async () => {
  const page = await signedIn()
  for (const url of [`${shop}/fr/`, `${portal}/portal/modules`]) {
    await page.goto(url)
    assert.match(await step(page), /^Aller au contenu$/)
    await page.keyboard.press('Enter')
    assert.ok(await focused(page, 'main'))
    await step(page)
    assert.ok(await focused(page, 'main *'), 'the next stop is in the content')
    await page.keyboard.press('Shift+Tab')
    assert.ok(!await focused(page, 'main *'), 'and back leads out of it again')
  }
  await leave(page)
})

test('a shopper looks around, chooses, changes the quantity and orders', async () => {
  const page = await open()
  await page.goto(shop)
  await go(page, /^Accessoires vélo$/)
  await go(page, /^Casque de ville$/)
  await go(page, /^M \(55–59 cm\)/)
  await go(page, /Ajouter au panier/)
  assert.equal(page.url(), `${shop}/fr/cart`)
  await fill(page, [[/^Quantité/, '2']])
  await go(page, /^Mettre à jour/)
  assert.match(await page.textContent('.cart-lines'), /55–59 cm[^]*69,80/)
  await go(page, /^Passer la commande$/)
  await fill(page, [[/^Nom$/, 'Karim Benali'], [/^Adresse e-mail/, 'karim@exemple.be'], [/^Rue/, 'rue Neuve 1'], [/^Code postal/, '59000'], [/^Localité|^Ville/, 'Lille']])
  await tab(page, /^Belgique/)
  await page.keyboard.press('ArrowRight')
  assert.match((await page.evaluate(look)).name, /^France/)
  await go(page, /obligation de paiement/)
  assert.match(page.url(), /\/thanks\//)
  assert.match(await page.textContent('.recap'), /Lille\s*France/)
  await leave(page)
})

test('a merchant looks for orders and marks one as paid', async () => {
  const page = await signedIn()
  await go(page, /^Commandes$/)
  await tab(page, /^État$/)
  await page.keyboard.press('ArrowDown')
  await go(page, /^Afficher$/)
  assert.match(page.url(), /state=placed/)
  await tab(page, /^Commande 1001$/)
  await page.keyboard.press('Space')
  let sent = 0
  page.on('request', (request) => { sent += request.method() === 'POST' })
  await page.keyboard.press('Enter')
  await tab(page, /^Marquer comme payée$/)
  assert.equal(sent, 0, 'Enter on a box sends nothing')
  await follow(page, () => page.keyboard.press('Enter'))
  assert.equal(await stack.sql('SELECT state FROM t1_shop.shop_order WHERE id = 1001'), 'paid')
  assert.match(await page.textContent('[role=status]'), /1/)
  await leave(page)
})

test('a merchant mends an article, and is led to what is wrong', async () => {
  const page = await signedIn()
  await go(page, /^Articles$/)
  await fill(page, [[/^Rechercher|^Chercher/, 'sonnette']])
  await follow(page, () => page.keyboard.press('Enter'))
  await tab(page, /^Sonnette en laiton$/) // its box; the link that follows has the same name
  await go(page, /^Sonnette en laiton$/)
  await fill(page, [[/^Nom$/, 'Sonnette en cuivre']])
  await go(page, /^Enregistrer$/)
  assert.equal(await stack.sql("SELECT COUNT(*) FROM t1_shop.product WHERE name = 'Sonnette en cuivre'"), '1')
  await fill(page, [[/^Prix/, 'douze']])
  await go(page, /^Enregistrer$/)
  await tab(page, /^Prix/)
  await page.keyboard.press('Enter')
  assert.ok(await focused(page, 'input[name^="price."][aria-invalid=true]'), 'the line of the summary leads to its field')
  assert.equal(await page.inputValue('input:focus'), 'douze')
  await leave(page)
})

test('a merchant imports a file', async () => {
  const page = await signedIn()
  const file = path.join(stack.folder, 'bells.csv')
  fs.writeFileSync(file, 'titre,montant,code\n' + Array.from({ length: 20 }, (_, i) => `Cloche ${i},${i}.50,B-${i}`).join('\n'))
  await go(page, /^Articles$/)
  await go(page, /^Importer un fichier$/)
  await tab(page, /^Fichier \(CSV\)/)
  await page.setInputFiles('#file', file) // the window that chooses is not the page's
  await tab(page, /^Charger et vérifier$/)
  await page.keyboard.press('Enter')
  await page.waitForSelector('select[name=price]')
  assert.ok(await focused(page, 'main'), 'what has come in the place of the form has the focus')
  for (const [name, column] of [[/^Nom \*/, 't'], [/^Prix \*/, 'm']]) {
    await tab(page, name)
    await page.keyboard.type(column)
  }
  await go(page, /^Vérifier le fichier$/)
  await page.waitForSelector('form[action$="/start"] button')
  await go(page, /^Importer$/)
  await page.waitForSelector('text=Voir les articles')
  await go(page, /^Voir les articles$/)
  assert.equal(await stack.sql("SELECT COUNT(*) FROM t1_shop.product WHERE name LIKE 'Cloche %'"), '20')
  await leave(page)
})

test('a module is switched off and on again', async () => {
  const page = await signedIn()
  const guestbook = page.locator('article', { hasText: "Livre d'or" })
  await go(page, /^Modules$/)
  await go(page, /^Désactiver, Livre d'or$/)
  await go(page, /^Désactiver$/)
  await page.getByText('Désactivé').first().waitFor()
  await go(page, /^Modules$/)
  await go(page, /^Activer, Livre d'or$/)
  await guestbook.getByText('Activé').waitFor()
  assert.equal(await stack.sql("SELECT state FROM scopiton.subscription WHERE tenant = 1 AND module = 'guestbook'"), 'on')
  await leave(page)
})

test('a page that follows an order leaves the focus where it is, on the button that stops the order', async () => {
  const page = await signedIn()
  await page.goto(`${portal}/portal/modules/guestbook`)
  process.kill(stack.service('installer'), 'SIGSTOP')
  try {
    await go(page, /^Désactiver$/)
    await go(page, /^Désactiver$/)
    await tab(page, /^Annuler l'opération$/)
    for (let i = 0; i < 2; i++) await page.waitForResponse(/\/portal\/modules\/guestbook$/)
    await page.waitForResponse(async (response) => { await response.finished(); return true })
    assert.match((await page.evaluate(look)).name, /^Annuler l'opération$/)
    await follow(page, () => page.keyboard.press('Enter'))
    await go(page, /^Annuler l'opération$/)
    assert.equal(await stack.sql('SELECT COUNT(*) FROM scopiton.order_cancel'), '1')
  } finally {
    process.kill(stack.service('installer'), 'SIGCONT')
  }
  await leave(page)
})

test('an owner changes what a module does, what a role may, and invites somebody', async () => {
  const page = await signedIn()
  await page.goto(`${portal}/portal/modules/shop/settings`)
  await fill(page, [[/Bientôt épuisé/, '7']])
  await go(page, /^Enregistrer$/)
  assert.match(await stack.sql("SELECT GROUP_CONCAT(value) FROM t1.setting WHERE module = 'shop'"), /7/)
  await go(page, /^Membres$/)
  await go(page, /^Rôles$/)
  await go(page, /^Commerçant$/)
  await tab(page, /^Paramétrer la boutique$/)
  await page.keyboard.press('Space')
  await go(page, /^Enregistrer$/)
  assert.equal(await stack.sql("SELECT COUNT(*) FROM t1.role_permission WHERE role = 'merchant' AND permission = 'shop.settings'"), '1')
  await go(page, /^Membres$/)
  await fill(page, [[/^Nom$/, 'Bérénice Lambert'], [/^Adresse e-mail/, 'berenice@laboucle.example']])
  await tab(page, /^Rôle$/)
  await page.keyboard.type('comm')
  await go(page, /^Envoyer l'invitation$/)
  assert.match(await page.textContent('main table'), /Bérénice Lambert[^]*Commerçant[^]*Invitation envoyée/)
  await leave(page)
})

test('a member sets up an account and the second step', async () => {
  const page = await signedIn()
  await fill(page, [[/^Nom$/, 'Anne Petit'], [/^Adresse e-mail/, 'anne@laboucle.example']])
  await go(page, /^Recevoir un lien$/)
  const mail = await until('the mail that proves the address', async () => (await stack.mails()).find(({ to }) => to.includes('anne@')), 20)
  await page.goto(mail.html.match(/href="(http[^"]+\/invitation\/[^"]+)"/)[1])
  await fill(page, [[/mot de passe/, PASSWORD]])
  await go(page, /^Rejoindre|^Entrer|^Venir/)
  await page.goto(`${portal}/portal/account`)
  await go(page, /^Configurer$/)
  await fill(page, [[/^Code/, codeOf(await page.textContent('figcaption strong'))], [/^Mot de passe actuel/, PASSWORD]])
  await go(page, /^Activer$/)
  assert.equal(await page.locator('.codes li').count(), 8)
  await go(page, /^C'est fait, je les ai notés$/)
  assert.match(await page.textContent('main'), /Activée/)
  await leave(page)
})

test('on a phone the menu opens, is gone through and closes, and the focus goes back to its button', async () => {
  const page = await signedIn({ viewport: { width: 375, height: 700 } })
  for (const [url, menu] of [[`${portal}/portal/`, '#side'], [`${shop}/fr/`, '#menu']]) {
    await page.goto(url)
    assert.equal(await page.locator(menu).isVisible(), false)
    for (const close of ['Escape', 'Enter']) {
      await tab(page, /^Menu$/)
      await page.keyboard.press('Enter')
      assert.equal(await page.locator(menu).isVisible(), true)
      assert.match(await step(page), /^Fermer$/)
      await step(page)
      assert.ok(await focused(page, `${menu} a`), 'the next stop is in the menu')
      await step(page, 'Shift+Tab')
      await page.keyboard.press(close)
      assert.equal(await page.locator(menu).isVisible(), false)
      assert.ok(await focused(page, `[popovertarget="${menu.slice(1)}"]`), `after ${close} the focus is on the button`)
      await page.keyboard.press('Shift+Tab')
    }
    await tab(page, /^Menu$/)
    await page.keyboard.press('Enter')
    await go(page, /^(Modules|Vélos)$/)
    assert.match(page.url(), /\/(modules|c\/velos)$/)
  }
  await leave(page)
})

test('a dialog keeps the focus until it is closed, and gives it back', async () => {
  const page = await signedIn()
  await page.goto(`${portal}/gallery/`)
  await tab(page, /^Menu$/)
  await page.keyboard.press('Enter')
  assert.match((await page.evaluate(look)).name, /^Fermer$/)
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press('Tab')
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.querySelector('dialog').contains(document.activeElement)), 'nothing behind it')
  }
  await page.keyboard.press('Escape')
  assert.ok(await focused(page, '[data-dialog]'))
  await leave(page)
})

test('every stop of long pages shows where one is, on a desk and on a phone', async () => {
  for (const viewport of [{ width: 1280, height: 720 }, { width: 375, height: 640 }]) {
    const page = await signedIn({ viewport })
    for (const url of [`${shop}/fr/`, `${shop}/fr/p/casque-ville`, `${portal}/gallery/`, `${portal}/shop/orders`, `${portal}/shop/settings`, `${portal}/portal/modules/shop`, `${portal}/portal/account`, `${portal}/portal/keys`]) {
      await page.goto(url)
      await page.waitForLoadState()
      const names = []
      do names.push(...await steps(page, AHEAD, 'Tab', /^$/)); while (names.length < 200 && names.at(-1) !== '')
      assert.ok(names.length > 5 && names.length < 200, `${url}: ${names.length} stops`)
    }
    await leave(page)
  }
})
