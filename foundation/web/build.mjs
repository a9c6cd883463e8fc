// Builds assets/ from styles/, scripts/ and the npm packages: hashed file names, compressed copies beside each file, and
// manifest.json, which src/assets.rs reads. Run by `make assets`: `npm ci && npm run build`.
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import * as sass from 'sass'
import { build, transform } from 'esbuild'

const here = fileURLToPath(new URL('.', import.meta.url))
const out = `${here}assets`
const modules = `${here}node_modules`
const manifest = {}

/** Writes one file under a name that holds its hash, with gzip and brotli copies where that helps. */
async function keep(name, bytes) {
  bytes = Buffer.from(bytes)
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12)
  const dot = name.lastIndexOf('.')
  const hashed = `${name.slice(0, dot)}-${hash}${name.slice(dot)}`
  await writeFile(`${out}/${hashed}`, bytes)
  const sizes = [bytes.length]
  if (!name.endsWith('.woff2')) {
    const gzip = gzipSync(bytes, { level: 9 })
    const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } })
    await writeFile(`${out}/${hashed}.gz`, gzip)
    await writeFile(`${out}/${hashed}.br`, brotli)
    sizes.push(gzip.length, brotli.length)
  }
  manifest[name] = hashed
  console.log(`${name.padEnd(28)} ${sizes.map((size) => `${(size / 1000).toFixed(1)} kB`).join(' / ')}`)
  return hashed
}

/** Fonts first, since the style sheet names them. */
async function fonts(css) {
  for (const range of ['latin', 'latin-ext']) {
    for (const weight of [400, 700]) {
      const file = `${modules}/@fontsource/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-${range}-${weight}-normal.woff2`
      const name = `atkinson-${range}-${weight}.woff2`
      css = css.replaceAll(name, await keep(name, await readFile(file)))
    }
  }
  return css
}

async function styles() {
  const { css } = await sass.compileAsync(`${here}styles/alongside.scss`, {
    style: 'compressed', loadPaths: [modules, here], quietDeps: true, silenceDeprecations: ['import'],
  })
  for (const word of ['Transport', 'crown', 'crest']) {
    if (css.includes(word)) throw new Error(`the style sheet names ${word}: only GOV.UK itself may use it`)
  }
  const small = await transform(await fonts(css), { loader: 'css', minify: true, target: ['chrome109', 'firefox115', 'safari15.6'] })
  await keep('alongside.css', small.code)
  await keep('maplibre.css', await readFile(`${modules}/maplibre-gl/dist/maplibre-gl.css`))
}

async function scripts() {
  for (const name of ['page', 'map', 'basemap']) {
    const { outputFiles } = await build({
      entryPoints: [`${here}scripts/${name}.js`], bundle: true, minify: true, format: 'esm', write: false, legalComments: 'none',
      target: ['es2022'], external: [],
    })
    await keep(`${name}.js`, outputFiles[0].contents)
  }
  await keep('maplibre-worker.js', await readFile(`${modules}/maplibre-gl/dist/maplibre-gl-worker.mjs`))
}

await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })
await styles()
await scripts()
await keep('icon.svg', await readFile(`${here}styles/icon.svg`))
await writeFile(`${out}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`)
