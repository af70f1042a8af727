// SPDX-License-Identifier: EUPL-1.2
// A module's page in the portal, whose worker allows itself everything, in the real browser: none of its scripts runs there.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Packages } from '../fault/faults.mjs'
import { start, until } from '../support/stack.mjs'
import { launch } from './pages.mjs'

let stack, packages, browser, portal

before(async () => {
  packages = new Packages('portal', 'forger')
  stack = await start({ modules: packages.folder })
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme')
  await stack.cli('module', 'install', 'forger', '--tenant', 'acme')
  await until('it serves', async () => (await stack.request('acme-portal.localhost', '/forger/in/script')).status === 200)
  portal = `http://acme-portal.localhost:${stack.port}`
  browser = await launch()
})
after(async () => { await browser?.close(); await stack?.stop(); packages?.removeAll() })

const say = (body) => `/in/say?${new URLSearchParams({ head: "Content-Type: text/html|Content-Security-Policy: default-src * 'unsafe-inline'|", body: `<!DOCTYPE html><title>safe</title>${body}` })}`

test('the script of a module does not run in the portal\'s origin, nor on the site', async () => {
  const page = await (await browser.newContext()).newPage()
  const refused = []
  page.on('console', (message) => { if (/Content Security Policy/.test(message.text())) refused.push(message.text()) })
  const scripts = ['<script src="/forger/in/script"></script>', "<script>document.title = 'taken over'</script>", `<base href="/forger/in/"><script src="script"></script>`,
    `<script src="/_/../forger/in/script"></script>`, `<img src="x" onerror="document.title = 'taken over'">`]
  for (const script of scripts) {
    refused.length = 0
    await page.goto(`${portal}/forger${say(script)}`, { waitUntil: 'load' })
    assert.equal(await page.title(), 'safe', script)
    await until(`the browser refuses ${script}`, () => refused.length > 0)
  }
  refused.length = 0
  const site = say('<script src="/forger/script"></script>').replace('/in/', '/')
  await page.goto(`http://acme.localhost:${stack.port}/forger${site}`, { waitUntil: 'load' })
  assert.equal(await page.title(), 'safe')
  await until('the browser refuses it on the site', () => refused.length > 0)
})

test('a module\'s page does not fetch the portal\'s pages by the attributes that the host\'s script obeys', async () => {
  const context = await browser.newContext(), page = await context.newPage()
  const { body } = await stack.request('acme-portal.localhost', '/portal/', { headers: { Cookie: await stack.signIn('acme') } })
  const script = body.match(/<script src="([^"]*htmx[^"]*)"/)[1], refused = []
  page.on('console', (message) => { if (/Content Security Policy/.test(message.text())) refused.push(message.text()) })
  await page.goto(`${portal}/forger${say(`<script src="${script}"></script><p id="own" hx-get="/forger/in/script" hx-trigger="load"></p><p id="other" hx-get="/portal/sign-in" hx-trigger="load"></p>`)}`)
  await page.waitForFunction(() => document.getElementById('own').textContent.includes('taken over'))
  await until('the browser refuses the other', () => refused.length > 0)
  assert.equal(await page.textContent('#other'), '')
})
