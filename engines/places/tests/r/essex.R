# What R's spdep 1.2-7 says of the violence that police recorded in Essex in January 2019, by LSOA: the answers that
# tests/it/spdep.rs holds the engine to. Rscript essex.R DATA (a folder with essex/) writes essex-areas.csv and essex-county.csv.
# Counts with an LSOA within the boundaries; residents of mid 2015; neighbours share a vertex of the boundaries' file.
suppressMessages({library(spdep); library(sf)})
data <- file.path(commandArgs(TRUE)[1], "essex")
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))

boundaries <- file.path(tempdir(), "areas.geojson")
writeLines(readLines(gzfile(file.path(data, "lsoa-2011-boundaries.geojson.gz")), warn = FALSE), boundaries)
areas <- st_read(boundaries, quiet = TRUE)
n <- nrow(areas)
vertices <- do.call(rbind, lapply(seq_len(n), function(i) {
  xy <- st_coordinates(areas$geometry[i])
  data.frame(area = i, vertex = unique(sprintf("%.5f %.5f", xy[, 1], xy[, 2])))
}))
sharing <- split(vertices$area, vertices$vertex)
nb <- replicate(n, integer(0), simplify = FALSE)
for (at in sharing[lengths(sharing) > 1]) for (i in at) nb[[i]] <- c(nb[[i]], setdiff(at, i))
nb <- lapply(nb, function(others) if (length(others)) sort(unique(others)) else 0L)
class(nb) <- "nb"
attr(nb, "region.id") <- areas$LSOA11CD

crimes <- read.csv(gzfile(file.path(data, "2019-01-essex-street.csv.gz")), check.names = FALSE)
violence <- crimes[crimes$`Crime type` == "Violence and sexual offences", "LSOA code"]
count <- as.numeric(table(factor(violence, levels = areas$LSOA11CD)))
people <- read.csv(file.path(data, "population-mid-2015.csv"), check.names = FALSE)
population <- as.numeric(gsub(",", "", people[match(areas$LSOA11CD, people[[1]]), 5]))
rate <- count / population

w <- nb2listw(nb, style = "W")
local <- localmoran(rate, w)
hot <- as.numeric(localG(rate, nb2listw(include.self(nb), style = "B")))
gi <- as.numeric(localG(rate, nb2listw(nb, style = "B")))
global <- EBest(count, population)
binomial <- EBest(count, population, family = "binomial")
own <- EBlocal(count, population, nb)
geoda <- EBlocal(count, population, nb, geoda = TRUE)
number <- function(x) sprintf("%.17g", x)
write.csv(data.frame(code = areas$LSOA11CD, i = number(local[, 1]), expected = number(local[, 2]),
  variance = number(local[, 3]), z = number(local[, 4]), gi = number(gi), gi_star = number(hot),
  bayes = number(global$estmm), bayes_binomial = number(binomial$estmm), bayes_local = number(own$est),
  bayes_local_geoda = number(geoda$est)), file.path(here, "essex-areas.csv"), row.names = FALSE, quote = FALSE)

dealt <- moran.test(rate, w, alternative = "two.sided")
normal <- moran.test(rate, w, randomisation = FALSE, alternative = "two.sided")
z <- (global$raw - attr(global, "parameters")$b) /
  sqrt(attr(global, "parameters")$a + attr(global, "parameters")$b / population)
index <- spdep:::EBImoran(z, w, n, Szero(w))
county <- c(areas = n, links = sum(card(nb)) / 2, events = sum(count), moran = unname(dealt$estimate[1]),
  expected = unname(dealt$estimate[2]), variance = unname(dealt$estimate[3]), z = unname(dealt$statistic),
  variance_normality = unname(normal$estimate[3]), z_normality = unname(normal$statistic),
  bayes_variance = attr(global, "parameters")$a, bayes_mean = attr(global, "parameters")$b, bayes_index_moran = index)
write.csv(data.frame(what = names(county), value = number(county)), file.path(here, "essex-county.csv"),
  row.names = FALSE, quote = FALSE)
