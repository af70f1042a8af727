// SPDX-License-Identifier: EUPL-1.2
// `make scan`: sqlmap and wapiti, from Debian's packages, over the public side and a signed-in portal of a private Scopiton. What they
// report and is none is named below with its reason; anything else ends this with 1.
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { inPortal } from '../support/routes.mjs'
import { root, start } from '../support/stack.mjs'
import { ask, front, seen } from './front.mjs'

const run = promisify(execFile)
const SITE = 'acme.localhost', PORTAL = 'acme-portal.localhost'
const SECONDS = Number(process.env.SECONDS ?? 60) // of each kind of attack

// Findings of wapiti that are not weaknesses here.
const EXPLAINED = {
  'Cross Site Request Forgery': 'forms carry a once-only key under the name _key, which wapiti does not know; without it a POST is 409',
  'HTTP Secure Headers': 'framing is refused by the CSP, X-XSS-Protection is obsolete, and HSTS is sent with https = yes alone'
}

// Routes of the portal that a crawl of this one cannot come to, with the reason.
const UNSEEN = {
  'portal/invitation/{token}': 'only the mail has it', 'portal/reset/{token}': 'only the mail has it', 'portal/sign-in/{token}': 'only the command line has it', 'portal/sign-in': 'who is signed in is not led there',
  'portal/account/second': 'for who has a password', 'shop/products/import/{run}': 'a scanner\'s file is none that is taken in',
  'portal/rollouts/{rollout}': 'none is under way', 'portal/statements/{month}': 'nothing costs', 'portal/statements/{month}/csv': 'nothing costs'
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-scan-'))
const stack = await start()
const server = await front(stack.port), before = `http://127.0.0.1:${server.address().port}`
const wrong = []
try {
  await stack.cli('tenant', 'create', 'acme', '--title', 'Acme', '--operator')
  await stack.cli('module', 'install', 'shop', '--tenant', 'acme', '--root')
  await stack.cli('module', 'install', 'guestbook', '--tenant', 'acme')
  const demo = path.join(root, 'modules/shop/demo/laboucle')
  const drawings = fs.readdirSync(demo).filter((name) => name.endsWith('.svg')).map((name) => path.join(demo, name))
  await stack.cli('import', 'shop', 'products', path.join(demo, 'products.csv'), ...drawings, '--tenant', 'acme')
  const id = await stack.sql("SELECT v.id FROM t1_shop.variant v JOIN t1_shop.product p ON p.id = v.product WHERE p.slug = 'casque-ville' LIMIT 1")
  const added = await stack.request(SITE, '/fr/p/casque-ville/cart', { form: { _key: await stack.key(SITE, '/fr/p/casque-ville'), variant: id } })
  const visitor = added.headers['set-cookie'][0].split(';')[0], owner = await stack.signIn('acme')
  const { body } = await stack.request(SITE, '/fr/order', { headers: { Cookie: visitor } })
  const hidden = (name) => body.match(new RegExp(`name="${name}" value="([^"]+)"`))[1]
  const order = await stack.request(SITE, '/fr/order', { headers: { Cookie: visitor }, form: { _key: hidden('_key'), seen: hidden('seen'), name: 'A',
    mail: 'a@example.org', street: 'x 1', postal_code: '1000', city: 'B', country: 'BE' } })

  const asked = [[SITE, '/fr/?after=1*'], [SITE, '/fr/c/velos*'], [SITE, '/fr/p/casque-ville*'], [SITE, `${order.headers.location}*`], [SITE, '/fr/cart', `${visitor}*`],
    [PORTAL, '/shop/orders?words=a*&state=placed*', owner], [PORTAL, '/shop/products?words=a*&state=sold*', owner], [PORTAL, '/shop/orders/1001*', owner],
    [PORTAL, '/shop/products/1*', owner], [PORTAL, '/portal/tenants?words=a*', owner], [PORTAL, '/portal/members?after=1*', owner], [PORTAL, '/portal/mails/1*', owner],
    [PORTAL, '/portal/roles/merchant*', owner], [PORTAL, '/portal/modules/shop/settings*', owner], [PORTAL, '/portal/', `${owner}*`]]
  const [product] = (await stack.sql('SELECT MIN(id) FROM t1_shop.product')).split('\n')
  // A form stands on the page; its fields are tried one by one, each time with a fresh key.
  const sent = [[SITE, '/fr/p/casque-ville', '/fr/p/casque-ville/cart', `variant=${id}*&count=1*`, visitor], [SITE, '/fr/guestbook/', '/fr/guestbook/', 'name=a*&message=b*'],
    [SITE, '/fr/account', '/fr/account', 'mail=a@example.org*'], [PORTAL, '/portal/forgot', '/portal/forgot', 'mail=a@example.org*'],
    [PORTAL, '/portal/members', '/portal/members', 'name=a*&mail=b@example.org*&role=merchant*', owner], [PORTAL, '/portal/roles/merchant', '/portal/roles/merchant', 'may.shop.orders=1*&seen=a*', owner],
    [PORTAL, '/portal/keys', '/portal/keys', 'name=a*&days=30*&may.shop.orders=1*', owner], [PORTAL, '/portal/modules/shop/settings', '/portal/modules/shop/settings', 'set.few=3*&set.tell_shop=1*', owner],
    [PORTAL, '/portal/tenants/1', '/portal/agreements/1', 'amount=1*&address=a@example.org*', owner], [PORTAL, '/shop/products/new', '/shop/products/new', 'name=a*&price=1*&stock=1*', owner],
    [PORTAL, `/shop/products/${product}`, `/shop/products/${product}`, 'name=a*&category=b*&description=c*&quality=good*&vat=standard*&published=1*', owner],
    [PORTAL, '/shop/orders', '/shop/orders', 'order=1001*&to=paid*', owner], [PORTAL, '/shop/settings', '/shop/settings', 'beneficiary=a*&iban=BE68539007547034*&bic=*', owner]]
  for (const [host, page, action, data, cookie] of sent) await ask(server.address().port, 'GET', page, { host, ...(cookie && { cookie }) })
  for (const [host, url, cookie, data] of [...asked, ...sent.map(([host, , action, data, cookie]) => [host, action, cookie, data])]) {
    const begun = Date.now()
    const { stdout } = await run('sqlmap', ['-u', `${before}${url}`, '-H', `Host: ${host}`, ...(cookie ? ['--cookie', cookie] : []), ...(data ? ['--data', data] : []), '--batch',
      '--level', '3', '--risk', '2', '--technique=BEUST', '--dbms=mysql', '--flush-session', '--timeout=6', '--retries=1', '--time-sec=2', '--skip-waf',
      '--ignore-redirects', '--ignore-code=400,401,404,409,422', '--disable-coloring', `--output-dir=${folder}`], { maxBuffer: 1 << 26 }).catch((error) => error)
    const found = (stdout ?? '').match(/.*(is vulnerable|appears to be '[^']*' injectable|identified the following injection).*/g)
    const tested = /do not appear to be injectable/.test(stdout ?? '')
    console.log(`sqlmap ${host}${url}${data ? ` ${data}` : ''}: ${found ? found.join('; ') : tested ? 'nothing' : 'not tested to the end'}, ${Math.round((Date.now() - begun) / 1000)} s`)
    if (found || !tested) wrong.push(`sqlmap: ${host}${url}`)
  }
  // Requests have to arrive: a form that is told to retry tests nothing.
  const stale = [...seen].filter(([key]) => / POST (409|429)$/.test(key)).map(([key, paths]) => `${key}: ${[...paths].join(' ')}`)
  if (stale.length > 0) console.log(`not taken, for their key or their pace: ${stale.join('; ')}`)
  // The crawl starts from deep pages and pictures too, because it presses every button on its way.
  const [hash] = (await stack.sql('SELECT MIN(picture) FROM t1_shop.product')).split('\n')
  const deep = ['/portal/modules/guestbook/remove', '/portal/tenants/1/guestbook', '/portal/tenants/1/guestbook/remove', `/shop/products/picture/${hash}`]
  for (const [host, url, cookie, more] of [[SITE, '/fr/', visitor, []], [PORTAL, '/portal/', owner, deep]]) {
    const report = path.join(folder, `${host}.json`)
    await run('wapiti', ['-u', `${before}${url}`, '--scope', 'domain', ...['/', ...more].flatMap((start) => ['-s', `${before}${start}`]), '-H', `Host: ${host}`, '-H', `Cookie: ${cookie}`,
      '-m', 'sql,xss,permanentxss,file,exec,crlf,redirect,csrf,backup,methods,cookieflags,csp,http_headers', '--max-scan-time', String(SECONDS), '--max-attack-time', String(SECONDS),
      '-t', '8', '-S', 'normal', '-f', 'json', '-o', report, '--no-bugreport', '--flush-session', '-v', '0'], { maxBuffer: 1 << 26 }).catch((error) => console.log(error.stderr?.slice(-1500)))
    const { vulnerabilities, anomalies } = JSON.parse(fs.readFileSync(report, 'utf8'))
    for (const [kind, list] of Object.entries({ ...vulnerabilities, ...anomalies }).filter(([, list]) => list.length > 0)) {
      console.log(`wapiti ${host}: ${list.length} × ${kind}${EXPLAINED[kind] ? ` (none: ${EXPLAINED[kind]})` : `, such as ${list[0].method} ${list[0].path}: ${list[0].info}`}`)
      if (!EXPLAINED[kind]) wrong.push(`wapiti: ${kind} at ${host}`)
    }
    console.log(`wapiti ${host}: done; ${[...seen].filter(([key]) => key.startsWith(host)).map(([key, paths]) => `${key.slice(host.length + 1)}: ${paths.size} paths`).join(', ')}`)
  }
  const paths = [...seen].filter(([key]) => key.startsWith(`${PORTAL} GET 200`)).flatMap(([, list]) => [...list])
  for (const { module, pattern } of inPortal.filter(({ method }) => method === 'GET')) {
    const route = `${module}${pattern}`, as = new RegExp(`^/${route.replace(/\{[^}]+\}/g, '[^/]+')}$`)
    if (!paths.some((one) => as.test(one)) && !UNSEEN[route]) wrong.push(`wapiti did not come to ${route}`)
  }
  const { status } = await stack.request(PORTAL, '/portal/', { headers: { Cookie: owner } })
  if (status !== 200) wrong.push(`wapiti was signed out on its way: ${status}`)
  const failed = stack.log().match(/^.* error worker.*failed:.*$/gm) ?? []
  if (failed.length > 0) wrong.push(`${failed.length} requests failed, such as: ${failed[0].slice(0, 300)}`)
} finally {
  server.close()
  await stack.stop()
  fs.rmSync(folder, { recursive: true, force: true })
}
console.log(wrong.length ? `\nunexplained:\n${wrong.join('\n')}` : '\nnothing unexplained')
process.exitCode = wrong.length ? 1 : 0
