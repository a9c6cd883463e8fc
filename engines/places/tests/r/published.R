# Five small data sets as tests/data carries them, and what R's spdep 1.2-7 says of them: the answers that tests/it/spdep.rs
# holds the engine to. Rscript published.R LIBPYSAL_EXAMPLES writes ../data/*.csv and published.csv.
# sids: sudden infant deaths by county, North Carolina 1974-78 (Cressie & Read 1985; spData's nc.sids, ncCR85.nb).
# columbus: crimes per 1,000 households in 49 neighbourhoods, 1980 (Anselin 1988; spData's columbus, col.gal.nb).
# stlouis: homicides 1979-84 in 78 counties (Messner et al. 2000; libpysal's stl_hom.csv, stl.gal).
# lip: lip cancer in 56 districts of Scotland, 1975-80, three of them islands (Clayton & Kaldor 1987; as in the GeoBUGS manual).
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

observed <- c(9, 39, 11, 9, 15, 8, 26, 7, 6, 20, 13, 5, 3, 8, 17, 9, 2, 7, 9, 7, 16, 31, 11, 7, 19, 15, 7, 10, 16, 11,
  5, 3, 7, 8, 11, 9, 11, 8, 6, 4, 10, 8, 2, 6, 19, 3, 2, 3, 28, 6, 1, 1, 1, 1, 0, 0)
expected <- c(1.4, 8.7, 3.0, 2.5, 4.3, 2.4, 8.1, 2.3, 2.0, 6.6, 4.4, 1.8, 1.1, 3.3, 7.8, 4.6, 1.1, 4.2, 5.5, 4.4,
  10.5, 22.7, 8.8, 5.6, 15.5, 12.5, 6.0, 9.0, 14.4, 10.2, 4.8, 2.9, 7.0, 8.5, 12.3, 10.1, 12.7, 9.4, 7.2, 5.3, 18.8,
  15.8, 4.3, 14.6, 50.7, 8.2, 5.6, 9.3, 88.7, 19.6, 3.4, 3.6, 5.7, 7.0, 4.2, 1.8)
number_of <- c(3, 2, 1, 3, 3, 0, 5, 0, 5, 4, 0, 2, 3, 3, 2, 6, 6, 6, 5, 3, 3, 2, 4, 8, 3, 3, 4, 4, 11, 6, 7, 3, 4, 9,
  4, 2, 4, 6, 3, 4, 5, 5, 4, 5, 4, 6, 6, 4, 9, 2, 4, 4, 4, 5, 6, 5)
others <- c(19, 9, 5, 10, 7, 12, 28, 20, 18, 19, 12, 1, 17, 16, 13, 10, 2, 29, 23, 19, 17, 1, 22, 16, 7, 2, 5, 3, 19,
  17, 7, 35, 32, 31, 29, 25, 29, 22, 21, 17, 10, 7, 29, 19, 16, 13, 9, 7, 56, 55, 33, 28, 20, 4, 17, 13, 9, 5, 1, 56,
  18, 4, 50, 29, 16, 16, 10, 39, 34, 29, 9, 56, 55, 48, 47, 44, 31, 30, 27, 29, 26, 15, 43, 29, 25, 56, 32, 31, 24,
  45, 33, 18, 4, 50, 43, 34, 26, 25, 23, 21, 17, 16, 15, 9, 55, 45, 44, 42, 38, 24, 47, 46, 35, 32, 27, 24, 14, 31,
  27, 14, 55, 45, 28, 18, 54, 52, 51, 43, 42, 40, 39, 29, 23, 46, 37, 31, 14, 41, 37, 46, 41, 36, 35, 54, 51, 49, 44,
  42, 30, 40, 34, 23, 52, 49, 39, 34, 53, 49, 46, 37, 36, 51, 43, 38, 34, 30, 42, 34, 29, 26, 49, 48, 38, 30, 24, 55,
  33, 30, 28, 53, 47, 41, 37, 35, 31, 53, 49, 48, 46, 31, 24, 49, 47, 44, 24, 54, 53, 52, 48, 47, 44, 41, 40, 38, 29,
  21, 54, 42, 38, 34, 54, 49, 40, 34, 49, 47, 46, 41, 52, 51, 49, 38, 34, 56, 45, 33, 30, 24, 18, 55, 27, 24, 20, 18)
nb <- lapply(split(others, factor(rep(1:56, number_of), levels = 1:56)), function(at) if (length(at)) sort(as.integer(at)) else 0L)
names(nb) <- NULL; class(nb) <- "nb"; attr(nb, "region.id") <- as.character(1:56)
carry("lip", data.frame(observed = observed, expected = expected), nb)
clusters("lip", observed / expected, nb2listw(nb), nb2listw(include.self(nb), style = "B"))
# SpatialEpi's eBayes without covariates, which fits this model.
fitted <- MASS::glm.nb(observed ~ 1 + offset(log(expected)), control = glm.control(epsilon = 1e-14, maxit = 500))
say("lip", "alpha", fitted$theta); say("lip", "intercept", coef(fitted))
say("lip", "risk", (observed + fitted$theta) / (expected + fitted$theta / exp(coef(fitted))))

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
