"""A rulebook of two files, small enough to reason about in tests."""

NPM = r"""
platform: npm
title: npm
order: 10
recognise:
  commands: ['\bnpm\s+publish\b']
  actions:
    - uses: acme/npm-publish
      inputs: {dry-run: '^(false)?$'}
  never: ['--dry-run\b']
  jobs: ['\bnpm\b']
  examples:
    match: [npm publish, {uses: acme/npm-publish@v1}]
    no_match: [npm publish --dry-run, {uses: acme/npm-publish@v1, with: {dry-run: 'true'}}]
success:
  - id: npm/published
    match: '^\+ (?P<package>[^@\s]+)@(?P<version>\d\S*)$'
    examples: {match: ['+ tidepool@1.0.0']}
already:
  - id: npm/nothing-new
    match: 'already published, nothing to do'
    examples: {match: ['tidepool is already published, nothing to do']}
failures:
  - id: npm/taken
    classification: duplicate-version
    match: 'cannot publish over (?P<version>\d[\w.]*)'
    fix: {summary: 'Skip {{ package }}@{{ version }}.', commands: ['npm view {{ package }}@{{ version }}'], rerun: needs-new-tag}
    docs: https://docs.npmjs.com/policies/unpublish
    examples: {match: [cannot publish over 1.0.0]}
  - id: npm/unauthorized
    classification: auth-failure
    match: 'npm error code E401'
    fix: {summary: Set the token., rerun: after-fix}
    docs: https://docs.npmjs.com/
    examples: {match: [npm error code E401]}
  - id: npm/forbidden
    classification: auth-failure
    match: '403 Forbidden'
    needs_platform: true
    fix: {summary: Check the token., rerun: after-fix}
    docs: https://docs.npmjs.com/
    examples: {match: [403 Forbidden]}
"""

COMMON = r"""
platform: common
title: Anywhere
order: 900
failures:
  - id: common/undefined
    classification: build-failure
    match: '\.go:\d+:\d+: undefined: \w+'
    fix: {summary: Declare it.}
    docs: 'none: the compiler says it'
    examples: {match: ['main.go:1:2: undefined: x']}
  - id: common/reset
    classification: network-failure
    match: 'ECONNRESET'
    survivable: true
    fix: {summary: Try again., rerun: can-succeed}
    docs: 'none: a network fault'
    examples: {match: [read ECONNRESET]}
  - id: common/asset-missing
    classification: missing-artifact
    match: 'curl: \(22\) .*404'
    fix: {summary: Make the asset first.}
    docs: https://curl.se/docs/manpage.html
    examples: {match: ['curl: (22) The requested URL returned error: 404']}
  - id: common/reason-after-headline
    classification: auth-failure
    match: 'invalid-publisher'
    near: {match: 'exchange failure', before: 3}
    fix: {summary: Register the publisher.}
    docs: https://docs.github.com/
    examples: {match: ["exchange failure:\n* invalid-publisher"], no_match: [invalid-publisher]}
  - id: common/exchange
    classification: auth-failure
    role: wrapper
    match: 'exchange failure'
    fix: {summary: See below.}
    docs: https://docs.github.com/
    examples: {match: ['exchange failure:']}
  - id: common/cancelled
    classification: cancelled
    match: 'The operation was canceled'
    fix: {summary: Run it again., rerun: can-succeed}
    docs: https://docs.github.com/
    examples: {match: [The operation was canceled.]}
  - id: common/exit-code
    classification: unknown-failure
    role: trailer
    match: 'Process completed with exit code \d+'
    fix: {summary: Read the step.}
    docs: 'none: it says nothing'
    examples: {match: [Process completed with exit code 1.]}
"""
