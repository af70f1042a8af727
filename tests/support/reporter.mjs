// SPDX-License-Identifier: EUPL-1.2
// A reporter of node's test runner: one JSON object a line, at once, for run.mjs.
import { inspect } from 'node:util'

const words = (error) => {
  const cause = error?.cause ?? error
  return cause instanceof Error ? inspect(cause, { depth: 4, breakLength: 160 }) : String(cause)
}

export default async function * (source) {
  for await (const { type, data } of source) {
    if (!['test:dequeue', 'test:complete', 'test:pass', 'test:fail'].includes(type)) continue
    const { name, nesting, file, line, skip, todo, details } = data
    const error = type === 'test:fail' ? { kind: details.error.failureType, words: words(details.error) } : undefined
    yield JSON.stringify({ type, name, nesting, file, line, skip, todo, suite: details?.type === 'suite', error }) + '\n'
  }
}
