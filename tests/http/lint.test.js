// SPDX-License-Identifier: EUPL-1.2
// Mistakes in names within strings: the build reports each with the author's file and line, and accepts correct ones.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { root } from '../support/stack.mjs'

const run = promisify(execFile)
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'scopiton-lint-'))
const build = path.join(home, 'build'), sources = path.join(home, 'modules'), lending = path.join(sources, 'lending')

before(() => fs.cpSync(process.env.BUILD ?? path.join(root, 'build'), build, { recursive: true, preserveTimestamps: true }))
after(() => fs.rmSync(home, { recursive: true }))

function lint (folder, built) {
  return run(path.join(build, 'libexec/scopiton-lint'), [folder, built], { cwd: root }).then(({ stderr }) => ({ status: 0, stderr }), ({ code, stderr }) => ({ status: code, stderr }))
}

// The build's output for the module `lending` with these changes: { file: [[from, to]...] }.
async function said (changes, ...more) {
  fs.rmSync(lending, { recursive: true, force: true })
  fs.cpSync(path.join(root, 'tests/modules/lending'), lending, { recursive: true })
  for (const [file, edits] of Object.entries(changes)) {
    let text = fs.readFileSync(path.join(lending, file), 'utf8')
    for (const [from, to] of edits) {
      assert.ok(text.includes(from), `${file}: ${from}`)
      text = text.replace(from, to)
    }
    fs.writeFileSync(path.join(lending, file), text)
  }
  return run('make', ['-s', `BUILD=${build}`, `MODULE_SOURCES=${sources}`, 'TEST_MODULES=', ...more, 'modules'], { cwd: root }).then(({ stderr }) => ({ ok: true, text: stderr }), ({ stdout, stderr }) => ({ ok: false, text: stdout + stderr }))
}
const lineOf = (file, words) => fs.readFileSync(path.join(lending, file), 'utf8').split('\n').findIndex((line) => line.includes(words)) + 1

// Each mistake is reported at its line; `wrong`: [the line, the message].
async function refused (changes, file, wrong, ...more) {
  const { ok, text } = await said(changes, ...more)
  assert.ok(!ok, 'the build goes on')
  for (const [words, message] of wrong) {
    const line = lineOf(file, words)
    assert.ok(line > 0, words)
    assert.ok(text.includes(`${lending}/${file}:${line}: error: ${message}`), `${file}:${line}: ${message}\n${text}`)
  }
  assert.equal(text.split('\n').filter((line) => / error: /.test(line)).length, wrong.length, text)
}

test('modules that are right give no error and no warning', async () => {
  // Those that are hostile, or do what fails, are named.
  const wrong = ['crashload', 'exitload', 'nosymbol', 'privateuser', 'foreigner', 'writer', 'keeper', 'edges', 'wrongabi']
  for (const [folder, out] of [['modules', 'modules'], ['tests/modules', 'test-modules']])
    for (const name of fs.readdirSync(path.join(root, folder)).filter((name) => fs.existsSync(path.join(build, out, name)))) {
      const { status, stderr } = await lint(`${folder}/${name}`, path.join(build, out, name))
      if (wrong.includes(name)) assert.equal(status, 1, name)
      else if (name === 'gallery') assert.ok(stderr.trim().split('\n').every((line) => /is outside \{\{#_\}\}/.test(line)), stderr) // its texts are examples
      else assert.deepEqual({ name, status, stderr }, { name, status: 0, stderr: '' })
    }
})

test('a name in a call that nothing has', () => refused({
  'lending.c': [['scop_path(req, "tool"))));\n\tscop_put(req, "number"', 'scop_path(req, "tol"))));\n\tscop_put(req, "number"'], ['scop_field(req, "name")', '\n\tscop_field(req, "nmae")'], ['scop_field(req, "mail")', 'true ? scop_field(req,\n"mial") : NULL'],
    ['"remind", NULL', '"remynd", NULL'], ['"asked", NULL', '"askd", NULL'], ['scop_redirect(req, "list"', 'scop_redirect(req, true ? "list" : "lits"'], ['scop_may(req, "lending.see")', 'scop_may(req, "lending.sea")'],
    ['scop_setting(req, "days")', 'scop_setting(req, "dayz")'], ['scop_reject(req, "name"', 'scop_reject(req, "nom"']]
}, 'lending.c', [
  ['"tol"', "scop_path: no route's path has a part 'tol'"], ['"nmae"', "scop_field: no route has a field named 'nmae'"], ['"mial"', "scop_field: no route has a field named 'mial'"],
  ['"remynd"', "scop_enqueue: no struct scop_job is named 'remynd'"], ['"askd"', "scop_emit: module.xml has no <emits> with the event 'askd'"], ['"lits"', "scop_redirect: no route is named 'lits'"],
  ['lending.sea', "scop_may: module.xml has no <permission> named 'lending.sea'"], ['dayz', "scop_setting: module.xml has no <setting> named 'dayz'"], ['"nom"', "scop_reject: no route has a field, and no view an id, named 'nom'"]]))

test('a table or a column in a statement that no migration makes', () => refused({
  'lending.sql': [['INSERT INTO loan (tool, name, mail)', 'INSERT INTO loan (tool, name,\n\tmial)'], ['VALUES (:tool, :name, :mail)', `VALUES (:tool, :name, :mail) ON DUPLICATE KEY UPDATE nmae = ''

-- name: one ()
SELECT w.anything, t.titel, j.a FROM
	laon l JOIN tool t ON t.id = l.any JOIN JSON_TABLE('[]', '$$[*]' COLUMNS (a INT PATH '$$')) j ON j.none = EXTRACT(DAY FROM t.price_cents) JOIN w

-- name: two ()
WITH w AS (SELECT l.id AS z FROM loan l) SELECT w.y, m.y FROM w, tool v JOIN socle.menu m WHERE v.crrency = ''

-- name: three (id)
UPDATE loan l JOIN tool t ON t.id = l.tool SET l.mail = '', pieces = 3 WHERE l.id = :id

-- name: four (id)
DELETE FROM loans WHERE id = :id`]]
}, 'lending.sql', [['mial', "statement 'loan_add': no migration makes a column 'mial' in the table 'loan'"], ['nmae', "statement 'loan_add': no migration makes a column 'nmae' in the table 'loan'"],
  ['laon', "statement 'one': no migration makes a table 'laon'"], ['titel', "statement 'one': no migration makes a table 'w'"], ['titel', "statement 'one': no migration makes a column 'titel' in the table 'tool'"],
  ['crrency', "statement 'two': no migration makes a column 'crrency' in the table 'tool'"], ['pieces = 3', "statement 'three': no migration makes a column 'pieces' in the table 'loan'"], ['DELETE', "statement 'four': no migration makes a table 'loans'"]]))

test('a text and its values that do not fit', () => refused({
  'lending.c': [['scop_view(req, &view_list);', `scop_make_message(req, "{{tool}} until {{day}}", scop_map_of(req, "tool", NULL, "date", NULL, NULL)); /* one */
	scop_refuse_with(req, true ? SCOP_TEXT("{{tool}} is lent.") : SCOP_TEXT("{{count}} of {{all}} are lent."), scop_map_of(req, "count", NULL, "all", NULL, NULL)); /* two */
	scop_make_message(req, SCOP_AUDIT("{{all}} tools"), NULL); /* three */
	const char *text = SCOP_AUDIT("{{tool}} in a variable");
	const struct scop_value *values = scop_map_of(req, "tool", NULL, NULL);
	scop_make_message(req, text, scop_map_of(req, "unknown", NULL, NULL));
	scop_make_message(req, "{{anything}} in a map", values);
	scop_view(req, &view_list);`]]
}, 'lending.c', [
  ['/* one */', "scop_make_message: the text has {{day}}, and its values have no 'day'"], ['/* one */', "scop_make_message: the values have 'date', and no text has {{date}}"],
  ['/* two */', "scop_refuse_with: the text has {{tool}}, and its values have no 'tool'"], ['/* three */', "scop_make_message: the text has {{all}}, and its values have no 'all'"]], 'DRAFT=1'))

test('a statement that locks rows of all modules, or reads what modules may not read', () => refused({
  'lending.sql': [['-- name: tools ()', `-- name: held ()
SELECT m.id FROM socle.member m FOR UPDATE
-- name: mails ()
SELECT m.html FROM socle.mail m
-- name: copied ()
UPDATE tool SET name = (SELECT m.name FROM socle.member m LIMIT 1)
-- name: around ()
DELETE FROM tool WHERE EXISTS (SELECT m.id FROM t1.member m)
-- name: tools ()`]]
}, 'lending.sql', [
  ['name: held', "statement 'held': it locks rows of socle., which other modules need: read them in a SELECT without FOR UPDATE"],
  ['name: mails', "statement 'mails': it names socle.mail, which a module may not read: of the tables that a tenant's modules share, it may read member, "],
  ['name: copied', "statement 'copied': it writes and reads socle. in one statement, which locks rows that other modules need: read them first, in a SELECT of its own"],
  ['name: around', "statement 'around': it writes or locks, and 't1.' may be the name of a tenant's database"]]))

test('a statement that is run as what it is not, and a GET that writes', () => refused({
  'lending.c': [['scop_put(req, "number", scop_path(req, "tool"));', 'scop_put(req, "number", scop_path(req, "tool"));\n\tscop_row(req, loan_add(NULL, NULL, NULL));'], ['scop_write(req,\n\t    loan_add(scop_path(req, "tool"), scop_field(req, "name"), scop_field(req, "mail")));', 'scop_write(req, tools());'],
    ['scop_view(req, &view_list);', 'scop_enqueue(req, "remind", NULL); /* in a GET */\n\tscop_view(req, &view_list);']]
}, 'lending.c', [
  ['loan_add(NULL, NULL, NULL));', "scop_row: 'loan_add' ("], ['scop_write(req, tools())', "scop_write: 'tools' ("], ['in a GET', "scop_enqueue in 'list', which answers GET /: a GET's transaction is read-only"]]))

test('routes that contradict one another or the manifest', () => refused({
  'lending.c': [['.permission = "lending.see" },\n\t{ .method = SCOP_GET, .path = "/tile"', '.permission = "lending.sea" },\n\t{ .method = SCOP_GET, .path = "/t/new", .handle = list },\n\t{ .method = SCOP_GET, .path = "/a-{b}", .name = "list", .handle = list },\n\t{ .method = SCOP_GET, .path = "/tile"'],
    ['\t    .fields = ask_fields,\n\t    .form = tool', '\t    .fields = ask_fields']],
  'module.xml': [['<menu path="/loans" permission="lending.see" place="100">', '<menu path="/tile" permission="lending.see" place="100">']]
}, 'lending.c', [
  ['"/loans"', 'module.xml has no <permission name="lending.sea">, so nobody may go to /loans'], ['"/t/new"', 'GET /t/new is never reached: /t/{tool} on line'], ['"/a-{b}"', "a {part} of '/a-{b}' must be a whole segment, between two slashes"],
  ['"/a-{b}"', "route 'list' has the name of the one at line"], ['\t    .path = "/t/{tool}"', 'POST /t/{tool} has fields and no .form']]))

test('what the manifest names and the module does not have', () => refused({
  'module.xml': [['<may permission="lending.see"/>', '<may permission="lending.seen"/>'], ['<menu path="/loans"', '<menu path="/loanz"'], ['<tile path="/tile" permission="lending.see"', '<tile path="/tile" permission="lending.sie"'],
    ['<job name="remind">', '<job name="remint">'], ['<personal table="loan" columns="name mail" months="12">', '<personal table="lone" columns="name" months="12"><title>Tool lending</title></personal>\n\t<personal table="loan" columns="name male" months="12">']],
  'lending.c': [['{ .name = "remind", .handle', '{ .name = "remint", .handle'], ['"remind", NULL', '"remint", NULL']]
}, 'module.xml', [
  ['lending.seen', 'there is no <permission name="lending.seen">'], ['/loanz', 'no route answers GET /loanz in the portal'], ['lending.sie', 'there is no <permission name="lending.sie">'],
  ['male', "no migration makes a column 'male' of 'loan'"], ['"lone"', "no migration makes a table 'lone'"]]))

test('a job of the manifest that C does not have, and the other way round', async () => {
  const { ok, text } = await said({ 'module.xml': [['<job name="remind">', '<job name="remint">']] })
  assert.ok(!ok)
  assert.match(text, /module\.xml:\d+: error: no struct scop_job in C is named 'remint'/)
  assert.match(text, /module\.xml: error: job 'remind' of the C sources has no <job name="remind">/)
})

test('an entry for every member leads to a route that every member may open', () => refused({
  'module.xml': [['<menu path="/loans" permission="lending.see"', '<menu path="/loans"'], ['<tile path="/tile" permission="lending.see"', '<tile path="/tile"']],
  'lending.c': [['.path = "/tile", .handle = tile, .permission = "lending.see"', '.path = "/tile", .handle = tile, .permission = SCOP_ANY_MEMBER']]
}, 'module.xml', [['<menu', "it is shown to every member, and its route needs 'lending.see'"]]))

test('links, keys and forms of views', async () => {
  await refused({ 'views/list.html': [['{{#link}}tool tool=id{{/link}}', '{{#link}}tool{{/link}}']] }, 'views/list.html', [['{{#link}}tool', "the address of 'tool' is /t/{tool}, and nothing here is named 'tool'. Write {{#link}}tool tool=NAME{{/link}}"]])
  await refused({ 'views/list.html': [['tool=id', 'tool=idd']] }, 'views/list.html', [['tool=idd', "the address of 'tool' is /t/{tool}, and nothing here is named 'idd'"]])
  await refused({ 'views/tool.html': [['{{#link}}list', '{{#link}}lits'], ['{{#key}}ask{{/key}}\n', '']] }, 'views/tool.html', [['lits', "no route is named 'lits'"], ['<form', 'this form posts without a key: write {{#key}}ask{{/key}} in it']])
  await refused({ 'views/tool.html': [['{{#key}}ask', '{{#key}}tool'], ['{{>errors}}', '{{>erors}}']] }, 'views/tool.html', [['{{#key}}', "{{#key}}: route 'tool' is no POST"], ['<form', "this form posts to 'ask' with the key of 'tool'"], ['erors', "there is no view named 'erors'"]])
})

test('fields and blocks of views that are not there', async () => {
  await refused({ 'views/tool.html': [['{{$main}}', '{{$mian}}'], ['{{/main}}', '{{/mian}}'], ['{{#field.mail}}', '{{#field.mial}}'], ['{{/field.mail}}', '{{/field.mial}}'], ['{{$label}}', '{{$lable}}'], ['{{/label}}', '{{/lable}}']] }, 'views/tool.html', [
    ['mian', "'site' has no block 'mian', so this is not shown"], ['mial', "no route has a field named 'mial'"], ['lable', "'input' has no block 'lable', so this is not shown"]])
  await refused({ 'views/tool.html': [['method="post" action=', 'hx-post='], ['{{#key}}ask{{/key}}\n', '']] }, 'views/tool.html', [['<form', 'this form posts without a key: write {{#key}}ask{{/key}} in it']])
  await refused({
    'views/tool.html': [['{{#link}}ask tool=number', '{{#link}}shut tool=number'], ['{{#key}}ask', '{{#key}}shut']],
    'lending.c': [['static const struct scop_route routes', 'static void\nshut(struct scop_request *req)\n{\n\tscop_redirect(req, "list", NULL);\n}\n\nstatic const struct scop_field shut_fields[] = { { .name = "name" }, { 0 } };\n\nstatic const struct scop_route routes'],
      ['\t{ .method = SCOP_GET, .path = "/loans"', '\t{ .method = SCOP_POST, .path = "/shut/{tool}", .name = "shut", .handle = shut, .fields = shut_fields, .form = tool },\n\t{ .method = SCOP_GET, .path = "/loans"']]
  }, 'views/tool.html', [['{{#field.mail}}', "this form posts to 'shut', which has no field 'mail'"]])
  const { ok, text } = await said({ 'views/tool.html': [['<h1>', '<img src="{{#asset}}css/nothing.css{{/asset}}" alt=""><h1>']] })
  assert.ok(!ok)
  assert.match(text, new RegExp(`${lending}/views/tool\\.html:4: Scopiton has no 'css/nothing\\.css' in its webroot`))
})

test('what a handler asks of a route that it does not serve, and a redirect without its part', () => refused({
  'lending.c': [['scop_put(req, "tools", scop_rows(req, tools()));', 'scop_put(req, "tools", scop_path(req, "tool"));'], ['scop_setting(req, "days")', 'scop_field(req, "name") /* of another */'], ['scop_redirect(req, "list", NULL)', 'scop_redirect(req, "tool", NULL)'], ['.form = tool', '.form = ask']]
}, 'lending.c', [
  ['scop_put(req, "tools"', "scop_path: 'list' serves /, which has no part 'tool'"], ['of another', "scop_field: 'loans_show' serves /loans, which has no field 'name'"],
  ['scop_redirect(', "scop_redirect: the address of 'tool' is /t/{tool}. Give a map with 'tool' in place of NULL."],
  ['\t    .path = "/t/{tool}",', "the .form of POST /t/{tool} is 'ask', which handles a POST"]]))

test('a function that another handler calls may ask for the other one\'s fields', async () => {
  const { ok, text } = await said({ 'lending.c': [['scop_put(req, "days", scop_setting(req, "days"));', 'scop_put(req, "days", scop_setting(req, "days"));\n\tscop_field(req, "name");'], ['scop_emit(req, "asked", NULL);', 'scop_emit(req, "asked", NULL);\n\tloans_show(req);'], ['static void\nask(', 'static void loans_show(struct scop_request *req);\n\nstatic void\nask(']] })
  assert.ok(ok, text)
})

test('a GET whose handler calls a function that writes is a warning at the call', async () => {
  const { ok, text } = await said({ 'lending.c': [['static void\nlist(', 'static void\nlater(struct scop_request *req)\n{\n\tscop_enqueue(req, "remind", NULL);\n}\n\nstatic void\nearlier(struct scop_request *req)\n{\n\tlater(req);\n}\n\nstatic void\nlist('], ['scop_view(req, &view_list);', 'earlier(req);\n\tscop_view(req, &view_list);'], ['scop_view(req, &view_tool);', 'earlier(req); /* in the form */\n\tscop_view(req, &view_tool);']] })
  assert.ok(ok, text)
  const written = lineOf('lending.c', 'scop_enqueue(req, "remind"')
  for (const [words, says] of [['\tearlier(req);', "'list' answers GET /"], ['in the form', "'tool' answers GET /t/{tool}"]])
    assert.ok(text.includes(`${lending}/lending.c:${lineOf('lending.c', words)}: warning: 'earlier' ends in the scop_enqueue of ${lending}/lending.c:${written}, and ${says}`), text)
})

test('a value that nothing puts is a warning', async () => {
  const { ok, text } = await said({ 'views/list.html': [['{{title}}', '{{titel}}']], 'views/loans.html': [['{{#_.days}}{{days}} day|', '{{#_.dais}}{{days}} day|'], ['{{/_.days}}', '{{/_.dais}}'], ['{{#may_see}}', '{{^nothing}}{{/nothing}}{{#may_see}}']] })
  assert.ok(ok, text)
  assert.match(text, /list\.html:6: warning: nothing puts a value 'titel': it stays empty/)
  assert.match(text, /loans\.html:5: warning: nothing puts a value 'nothing'/)
  assert.match(text, /loans\.html:10: warning: nothing puts a value 'dais'/)
})

test('a sentence outside of {{#_}} is a warning', async () => {
  const { ok, text } = await said({ 'views/list.html': [['<h1>', '<h1 title="Borrow it now">Borrow what you need '], ['{{#tools}}', '{{! Borrow what you like }}<code>Borrow what you see</code>{{#tools}}']] })
  assert.ok(ok, text)
  assert.deepEqual([...text.matchAll(/list\.html:(\d+): warning: '([^']*)' is outside/g)].map(([, line, words]) => [line, words]), [['4', 'Borrow it now'], ['4', 'Borrow what you need']])
})

test('a manifest with a language or a name twice names its own line', async () => {
  for (const [from, to, words] of [['<title>Tool lending', '<title lang="fr">Tool lending', /module\.xml:\d+: .*'lang' is not allowed\. Write it once, in English/],
    ['<title>Tool lending</title>', '', /module\.xml:\d+: .*Expected is \( title \)/], ['</summary>', '</summary><title>Lend your tools.</title>', /module\.xml:\d+: Element 'title': This element is not expected/]]) {
    const { ok, text } = await said({ 'module.xml': [[from, to]] })
    assert.ok(!ok)
    assert.match(text, words)
    assert.match(text, new RegExp(`^${lending}/module\\.xml:\\d+: `, 'm'), 'not the copy in the package')
  }
})

test('what a manifest says against itself or its folder names the line', async () => {
  const { ok, text } = await said({ 'module.xml': [['<may permission="lending.see"/>', '<may permission="portal.enter"/>']] })
  assert.ok(!ok)
  assert.match(text, new RegExp(`^${lending}/module\\.xml:${lineOf('module.xml', 'portal.enter')}: role 'lender' may have permissions of 'lending' only`, 'm'))
  const other = await said({ 'module.xml': [['name="lending"', 'name="borrowing"']] })
  assert.ok(!other.ok)
  assert.match(other.text, new RegExp(`^${lending}/module\\.xml:2: the module is called 'borrowing' and its folder 'lending'`, 'm'))
})
