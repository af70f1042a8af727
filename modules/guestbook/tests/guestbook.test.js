// SPDX-License-Identifier: EUPL-1.2
// The guestbook, as its visitors use it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { start } from 'scopiton/test'

const host = 'acme.localhost'
const page = '/fr/guestbook/'
let stack

before(async () => {
  stack = await start()
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme & Fils')
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
})
after(() => stack.stop())

test('an empty guestbook invites to sign it', async () => {
  const { status, body } = await stack.request(host, page)
  assert.equal(status, 200)
  assert.match(body, /Personne n&#39;a encore signé|Personne n'a encore signé/)
  assert.match(body, /<title>Livre d'or – Acme &amp; Fils<\/title>/)
})

test('an entry is stored and shown, escaped, in the tenant\'s time', async () => {
  const form = { _key: await stack.key(host, page), name: 'Zoé <script>', message: 'Très "bien"\r\nvraiment' }
  const posted = await stack.request(host, page, { form })
  assert.equal(posted.status, 303)
  assert.equal(posted.headers.location, page)
  const { body } = await stack.request(host, page)
  assert.match(body, /Zoé &lt;script&gt;/)
  assert.match(body, /Très &quot;bien&quot;\nvraiment/)
  assert.match(body, /\d\d\/\d\d\/\d{4} \d\d:\d\d/)
})

test('a form without a name comes back with what was typed and what is wrong', async () => {
  const form = { _key: await stack.key(host, page), name: '  ', message: 'Bonjour' }
  const { status, body } = await stack.request(host, page, { form })
  assert.equal(status, 422)
  assert.match(body, /<a href="#name">Votre nom : À remplir\.<\/a>/)
  assert.match(body, />Bonjour<\/textarea>/)
})

test('the page speaks four languages', async () => {
  for (const [language, title] of [['fr', "Livre d'or"], ['nl', 'Gastenboek'], ['de', 'Gästebuch'], ['en', 'Guestbook']]) {
    const { body } = await stack.request(host, `/${language}/guestbook/`)
    assert.ok(body.includes(`<h1>${title}</h1>`), language)
  }
})

test('a program gets JSON', async () => {
  const { headers, body } = await stack.request(host, page, { headers: { Accept: 'application/json' } })
  assert.equal(headers['content-type'], 'application/json')
  assert.equal(JSON.parse(body).entries[0].name, 'Zoé <script>')
})

test('htmx gets the main part of the page alone, in whatever frame it will stand', async () => {
  const { status, headers, body } = await stack.request(host, page, { headers: { 'HX-Request': 'true' } })
  assert.equal(status, 200)
  assert.match(body, /<h1>/)
  assert.doesNotMatch(body, /<html|<head|<footer|<title/)
  assert.match(headers.vary, /HX-Request/)
})

test('a message after a redirect is shown once, in the writer\'s language, and nobody can forge one', async () => {
  const form = { _key: await stack.key(host, page), name: 'Yan', message: 'Bonjour' }
  const posted = await stack.request(host, page, { form })
  const cookie = [posted.headers['set-cookie']].flat().join().match(/flash=[^;]+/)[0]
  const shown = await stack.request(host, page, { headers: { Cookie: cookie } })
  assert.match(shown.body, /role="status">Merci ! Votre message est dans le livre d&#39;or\.<|role="status">Merci ! Votre message est dans le livre d'or\.</)
  assert.match([shown.headers['set-cookie']].flat().join(), /flash=; Path=\/; HttpOnly; SameSite=Lax; Max-Age=0/)
  assert.match(shown.headers['cache-control'], /private/)
  assert.doesNotMatch((await stack.request(host, page)).body, /Merci !/)
  const forged = cookie.slice(0, -1) + (cookie.endsWith('A') ? 'B' : 'A')
  for (const one of [forged, 'flash=', 'flash=x', 'flash=' + 'A'.repeat(3000)]) {
    const { status, body } = await stack.request(host, page, { headers: { Cookie: one } })
    assert.equal(status, 200)
    assert.doesNotMatch(body, /role="status"/)
  }
  const again = await stack.request(host, page, { form })
  assert.equal(again.status, 303)
  assert.equal(again.headers['set-cookie'], undefined, 'what is stored of an answer has no cookie')
})
