# Four small data sets as tests/data carries them, and what R's spdep 1.2-7 says of them: the answers that tests/it/spdep.rs
# holds the engine to. Rscript published.R LIBPYSAL_EXAMPLES writes ../data/*.csv and published.csv.
# sids: sudden infant deaths by county, North Carolina 1974-78 (Cressie & Read 1985; spData's nc.sids, ncCR85.nb).
# columbus: crimes per 1,000 households in 49 neighbourhoods, 1980 (Anselin 1988; spData's columbus, col.gal.nb).
# stlouis: homicides 1979-84 in 78 counties (Messner et al. 2000; libpysal's stl_hom.csv, stl.gal).
# islands: made up here, with two areas that have no neighbours and links of unequal weight, not all both ways.
suppressMessages({library(spdep); library(spData)})
options(spdep.zeroPolicy = TRUE)
set.ZeroPolicyOption(TRUE)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
number <- function(x) sprintf("%.17g", x)
answers <- NULL
say <- function(set, what, value) {
  row <- if (length(value) == 1) "" else seq_along(value)
  answers <<- rbind(answers, data.frame(set = set, what = what, row = row, value = number(unname(value))))
}
carry <- function(set, columns, nb) {
  columns$neighbours <- sapply(nb, function(others) paste(others[others > 0], collapse = " "))
  write.csv(columns, file.path(here, "..", "data", paste0(set, ".csv")), row.names = FALSE, quote = FALSE)
}
clusters <- function(set, x, w, starred) {
  dealt <- moran.test(x, w, alternative = "two.sided")
  normal <- moran.test(x, w, randomisation = FALSE, alternative = "two.sided")
  say(set, "moran", dealt$estimate[1]); say(set, "moran_variance", dealt$estimate[3]); say(set, "moran_z", dealt$statistic)
  say(set, "moran_variance_normality", normal$estimate[3])
  local <- localmoran(x, w)
  for (at in 1:4) say(set, c("i", "expected", "variance", "z")[at], local[, at])
  say(set, "gi", as.numeric(localG(x, w))); say(set, "gi_star", as.numeric(localG(x, starred)))
}
bayes <- function(set, count, population, nb) {
  for (family in c("poisson", "binomial")) {
    found <- EBest(count, population, family = family)
    say(set, paste0("bayes_", family), found$estmm)
    say(set, paste0("bayes_variance_", family), attr(found, "parameters")$a)
  }
  found <- EBest(count, population)
  say(set, "bayes_mean", attr(found, "parameters")$b)
  z <- (found$raw - attr(found, "parameters")$b) /
    sqrt(attr(found, "parameters")$a + attr(found, "parameters")$b / population)
  b <- nb2listw(nb, style = "B")
  say(set, "bayes_index_moran", spdep:::EBImoran(z, b, length(z), Szero(b)))
  say(set, "bayes_local", EBlocal(count, population, nb)$est)
  say(set, "bayes_local_geoda", EBlocal(count, population, nb, geoda = TRUE)$est)
}

data(nc.sids)
nb <- ncCR85.nb
transformed <- sqrt(1000) * (sqrt(nc.sids$SID74 / nc.sids$BIR74) + sqrt((nc.sids$SID74 + 1) / nc.sids$BIR74))
carry("sids", data.frame(deaths = nc.sids$SID74, births = nc.sids$BIR74, transformed = number(transformed)), nb)
clusters("sids", transformed, nb2listw(nb), nb2listw(include.self(nb), style = "B"))
bayes("sids", nc.sids$SID74, nc.sids$BIR74, nb)

data(columbus)
carry("columbus", data.frame(crime = number(columbus$CRIME)), col.gal.nb)
clusters("columbus", columbus$CRIME, nb2listw(col.gal.nb), nb2listw(include.self(col.gal.nb), style = "B"))

examples <- file.path(commandArgs(TRUE)[1], "stl")
homicides <- read.csv(file.path(examples, "stl_hom.csv"))
nb <- read.gal(file.path(examples, "stl.gal"), override.id = TRUE)
nb <- nb[match(seq_len(nrow(homicides)), as.integer(attr(nb, "region.id")))]
class(nb) <- "nb"
carry("stlouis", data.frame(homicides = homicides$HC7984, people = homicides$PO7984), nb)
bayes("stlouis", homicides$HC7984, homicides$PO7984, nb)
rate <- homicides$HC7984 / homicides$PO7984
clusters("stlouis", rate, nb2listw(nb), nb2listw(include.self(nb), style = "B"))

x <- c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8)
nb <- list(c(2L, 3L), c(1L, 3L, 4L), c(1L, 2L), c(2L, 5L, 6L), c(4L, 6L), c(5L, 7L, 9L), 8L, c(6L, 7L, 9L), c(6L, 8L), 0L, 0L, 9L)
class(nb) <- "nb"; attr(nb, "region.id") <- as.character(1:12)
given <- lapply(nb, function(others) if (others[1] == 0) NULL else (others %% 3 + 1) / 2)
listw <- nb2listw(nb, glist = given, style = "B", zero.policy = TRUE)
with_self <- include.self(nb)
own <- lapply(seq_along(with_self), function(i) {
  sapply(with_self[[i]], function(other) if (other == i) 1 else (other %% 3 + 1) / 2)
})
carry("islands", data.frame(value = x), nb)
clusters("islands", x, listw, nb2listw(with_self, glist = own, style = "B", zero.policy = TRUE))
write.csv(answers, file.path(here, "published.csv"), row.names = FALSE, quote = FALSE)
