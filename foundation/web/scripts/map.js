// Draws the map of a page with `<div class="app-map" data-map …>`, from the same GeoJSON and the same classes as the table
// and the SVG under it. Loaded only by pages with a map. No basemap but the unit's own, no call leaves the county; zoom is
// capped so that no house is ever shown. Attributes: data-areas (GeoJSON URL, same origin; each feature has `code`, `name`, `step` 0 to 5,
// `words`), data-label (what the map shows), data-worker (the worker's URL), data-said (the id of the line that says which
// area was chosen, by a click or by Enter for the one in the middle), data-instead (the id of the drawing that this replaces); where the unit
// has a basemap, data-tiles (its archive), data-basemap (the script that draws it), data-attribution (whose map it is).
import * as maplibre from 'maplibre-gl'

// The fills of the key (map/kit.html): each class has a colour and a hatching of its own, so that colour never stands alone.
const steps = {
  'step-0': { ground: '#ffffff', ink: '#767777', lines: [[0, 12, 12, 0]] },
  'step-1': { ground: '#d5e6e9', ink: '#d5e6e9', lines: [] },
  'step-2': { ground: '#9cc3ca', ink: '#0b3942', lines: [[5, 6, 7, 6]] },
  'step-3': { ground: '#5f9aa5', ink: '#0b3942', lines: [[-2, 2, 2, -2], [0, 12, 12, 0], [10, 14, 14, 10]] },
  'step-4': { ground: '#2d6f7c', ink: '#9cc3ca', lines: [[0, 6, 12, 6], [6, 0, 6, 12]] },
  'step-5': { ground: '#0b3942', ink: '#0b3942', lines: [] },
}
const holder = document.querySelector('[data-map]')

if (holder) {
  // Without WebGL, or off line, the drawing from the server stays.
  draw(holder).catch(() => { holder.hidden = true })
}

async function draw(holder) {
  const answer = await fetch(holder.dataset.areas, { credentials: 'same-origin' })
  if (!answer.ok) return
  const areas = await answer.json()
  maplibre.setWorkerUrl(holder.dataset.worker)
  const under = await ground(holder)
  holder.hidden = false
  const bounds = new maplibre.LngLatBounds()
  for (const area of areas.features) extend(bounds, area.geometry.coordinates)
  const map = new maplibre.Map({
    container: holder, bounds, fitBoundsOptions: { padding: 12 }, maxZoom: 13, attributionControl: false, dragRotate: false, pitchWithRotate: false,
    style: {
      version: 8,
      sources: { ...(under && { basemap: under.source }), areas: { type: 'geojson', data: areas } },
      layers: [
        { id: 'ground', type: 'background', paint: { 'background-color': '#f4f8f8' } },
        ...(under?.layers ?? []),
        { id: 'edges', type: 'line', source: 'areas', paint: { 'line-color': '#484949', 'line-width': 0.4 } },
      ],
    },
  })
  // The hatchings come before the layer that is drawn with them: an area whose hatching is missing stays empty.
  map.on('style.load', () => {
    for (const [id, step] of Object.entries(steps)) map.addImage(id, hatching(step), { pixelRatio: 2 })
    const fill = { 'fill-opacity': under ? 0.8 : 1, 'fill-pattern': ['concat', 'step-', ['to-string', ['get', 'step']]] }
    map.addLayer({ id: 'areas', type: 'fill', source: 'areas', paint: fill }, 'edges')
  })
  // All of it stays in sight when a phone is turned, until somebody moves the map.
  let moved = false
  map.on('movestart', (event) => { moved ||= Boolean(event.originalEvent) })
  map.on('resize', () => { if (!moved) map.fitBounds(bounds, { padding: 12, animate: false }) })
  map.getCanvas().setAttribute('aria-label', holder.dataset.label ?? 'Map')
  map.addControl(new maplibre.NavigationControl({ showCompass: false }))
  if (under?.attribution) map.addControl(attribution(under.attribution))
  const said = document.getElementById(holder.dataset.said ?? '')
  map.on('load', () => document.getElementById(holder.dataset.instead ?? '')?.setAttribute('hidden', ''))
  const tell = (point) => {
    const area = map.queryRenderedFeatures(point, { layers: ['areas'] })[0]?.properties
    if (!area || !said) return
    const link = Object.assign(document.createElement('a'), { className: 'govuk-link', href: `/places/${area.code}`, textContent: area.name })
    said.replaceChildren(link, `: ${area.words}`)
  }
  map.on('click', (event) => tell(event.point))
  map.getCanvas().addEventListener('keydown', (event) => {
    if (event.key === 'Enter') tell(map.project(map.getCenter()))
  })
}

/** A square of one class's fill, to be laid side by side. */
function hatching({ ground, ink, lines }) {
  const size = 12
  const brush = Object.assign(document.createElement('canvas'), { width: size, height: size }).getContext('2d')
  brush.fillStyle = ground
  brush.fillRect(0, 0, size, size)
  brush.strokeStyle = ink
  brush.lineWidth = 1.6
  for (const [x, y, toX, toY] of lines) {
    brush.beginPath()
    brush.moveTo(x, y)
    brush.lineTo(toX, toY)
    brush.stroke()
  }
  return brush.getImageData(0, 0, size, size)
}

/** The unit's own basemap; without one, or where its archive can't be read, the areas stand alone. */
async function ground({ dataset }) {
  if (!dataset.tiles) return undefined
  try {
    const { basemap } = await import(dataset.basemap)
    const under = await basemap(maplibre.addProtocol, dataset.tiles)
    return { ...under, attribution: dataset.attribution || under.attribution }
  } catch {
    return undefined
  }
}

/** Whose map it is, as text. */
function attribution(words) {
  const shown = Object.assign(document.createElement('div'), { className: 'maplibregl-ctrl maplibregl-ctrl-attrib', textContent: words })
  return { onAdd: () => shown, onRemove: () => shown.remove(), getDefaultPosition: () => 'bottom-right' }
}

function extend(bounds, coordinates) {
  if (typeof coordinates[0] === 'number') bounds.extend(coordinates)
  else for (const part of coordinates) extend(bounds, part)
}
