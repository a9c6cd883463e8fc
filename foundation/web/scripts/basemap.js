// What lies under the small areas where the unit has a PMTiles archive of its own: a plain muted ground. Vector tiles are taken
// to be in the Protomaps basemap schema (versions 3 and 4); pictures are drawn as they are. No labels, since no glyphs ship, and
// no buildings. Loaded by map.js, and only where the page names an archive.
import { PMTiles, Protocol, TileType } from 'pmtiles'

const kind = ['coalesce', ['get', 'kind'], ['get', 'pmap:kind'], '']
const among = (...kinds) => ['match', kind, kinds, true, false]
const widening = (near, far) => ['interpolate', ['exponential', 1.5], ['zoom'], 6, far, 13, near]

const fill = (id, from, colour, filter) => ({ id, type: 'fill', source: 'basemap', 'source-layer': from, paint: { 'fill-color': colour }, ...(filter && { filter }) })
const line = (id, from, paint, filter) => ({ id, type: 'line', source: 'basemap', 'source-layer': from, paint, ...(filter && { filter }), layout: { 'line-cap': 'round', 'line-join': 'round' } })

const vector = [
  fill('basemap-earth', 'earth', '#f3f3f0'),
  fill('basemap-green', 'landuse', '#dfe7d9', among('park', 'nature_reserve', 'forest', 'wood', 'golf_course', 'cemetery', 'recreation_ground', 'grass', 'grassland', 'national_park', 'protected_area')),
  fill('basemap-built', 'landuse', '#e9e7e4', among('residential', 'industrial', 'commercial', 'hospital', 'school', 'university', 'college', 'aerodrome', 'railway', 'pier')),
  // Of water, the surfaces; rivers too small for one are lines.
  fill('basemap-water', 'water', '#c3d0dc', ['match', ['geometry-type'], ['Polygon', 'MultiPolygon'], true, false]),
  line('basemap-rivers', 'water', { 'line-color': '#c3d0dc', 'line-width': widening(1.5, 0.5) }, ['match', ['geometry-type'], ['LineString', 'MultiLineString'], true, false]),
  line('basemap-rail', 'roads', { 'line-color': '#9a9da0', 'line-width': widening(1.2, 0.4), 'line-dasharray': [3, 2] }, among('rail')),
  line('basemap-streets', 'roads', { 'line-color': '#c9cbcd', 'line-width': widening(1.2, 0.2) }, among('minor_road', 'medium_road')),
  line('basemap-roads', 'roads', { 'line-color': '#a9acaf', 'line-width': widening(2.2, 0.5) }, among('major_road')),
  line('basemap-motorways', 'roads', { 'line-color': '#85898d', 'line-width': widening(3.2, 0.9) }, among('highway')),
  line('basemap-boundaries', 'boundaries', { 'line-color': '#6f7579', 'line-width': 1, 'line-dasharray': [4, 3] }),
]

/** The archive at this address as a source and layers of a style, and whose map it is by its own words. */
export async function basemap(addProtocol, address) {
  const archive = new PMTiles(new URL(address, location.href).href)
  const [header, metadata] = await Promise.all([archive.getHeader(), archive.getMetadata()])
  const protocol = new Protocol()
  protocol.add(archive)
  addProtocol('pmtiles', protocol.tile)
  const isVector = header.tileType === TileType.Mvt
  return {
    source: { type: isVector ? 'vector' : 'raster', url: `pmtiles://${archive.source.getKey()}`, ...(!isVector && { tileSize: 256 }) },
    layers: isVector ? vector : [{ id: 'basemap-pictures', type: 'raster', source: 'basemap', paint: { 'raster-saturation': -0.6 } }],
    attribution: plain(metadata?.attribution),
  }
}

/** The words of a text that may hold markup: links are left out, since no call leaves the county. */
function plain(markup) {
  return typeof markup === 'string' ? new DOMParser().parseFromString(markup, 'text/html').body.textContent.trim() : ''
}
