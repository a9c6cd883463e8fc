// Draws the map of a page with `<div class="app-map" data-map …>`, from the same GeoJSON and the same classes as the table
// and the SVG under it. Loaded only by pages with a map. No basemap but the unit's own, no call leaves the county; zoom is
// capped so that no house is ever shown. Attributes: data-areas (GeoJSON URL, same origin; each feature has `code`, `name`, `step` 0 to 5,
// `words`), data-label (what the map shows), data-worker (the worker's URL), data-said (the id of the line that says which
// area was chosen, by a click or by Enter for the one in the middle), data-instead (the id of the drawing that this replaces); where the unit
// has a basemap, data-tiles (its archive), data-basemap (the script that draws it), data-attribution (whose map it is).
import * as maplibre from 'maplibre-gl'

const steps = ['#ffffff', '#d5e6e9', '#9cc3ca', '#5f9aa5', '#2d6f7c', '#0b3942']
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
        { id: 'areas', type: 'fill', source: 'areas', paint: { 'fill-opacity': under ? 0.8 : 1, 'fill-color': ['match', ['get', 'step'], 1, steps[1], 2, steps[2], 3, steps[3], 4, steps[4], 5, steps[5], steps[0]] } },
        { id: 'edges', type: 'line', source: 'areas', paint: { 'line-color': '#484949', 'line-width': 0.4 } },
      ],
    },
  })
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
