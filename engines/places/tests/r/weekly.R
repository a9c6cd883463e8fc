# What surveillance::farringtonFlexible answers, for src/watch/weekly/tests.rs: Rscript tests/r/weekly.R > tests/r/weekly.csv
# R 4.2, surveillance 1.20.3 (Debian r-cran-surveillance). The counts are drawn here and printed along.
suppressMessages(library(surveillance))
set.seed(20261122)
answers <- function(name, counts, rows) {
  weeks <- sts(observed = matrix(counts), start = c(2015, 1), frequency = 52)
  range <- min(rows):max(rows) # what it answers is numbered from the first
  control <- list(range = range, b = 5, w = 3, reweight = TRUE, weightsThreshold = 2.58, alpha = 0.005, trend = TRUE,
    pThresholdTrend = 1, limit54 = c(5, 4), noPeriods = 10, pastWeeksNotIncluded = 26, thresholdMethod = "nbPlugin",
    glmWarnings = FALSE)
  plain <- farringtonFlexible(weeks, control)
  for (i in rows - min(rows) + 1) {
    cat(sprintf("answer,%s,%d,%.12g,%.12g,%.12g,%.12g,%d,%d\n", name, range[i] - 1, plain@control$mu0Vector[i],
      plain@upperbound[i], plain@control$pvalue[i], plain@control$phiVector[i], as.integer(plain@control$trend[i]),
      as.integer(plain@alarm[i])))
  }
  cat(sprintf("counts,%s,%s\n", name, paste(counts, collapse = ",")))
}
week <- 1:330
season <- 1 + 0.4 * sin(2 * pi * week / 52)
dispersed <- rnbinom(330, mu = 40 * season * exp(0.001 * week), size = 20)
dispersed[c(100, 180, 325)] <- c(160, 190, 130)
answers("dispersed", dispersed, c(290, 300, 310, 320, 325, 330))
answers("small", rpois(330, 2.2 * season), c(290, 300, 310, 320, 330))
answers("falling", rpois(330, 120 * exp(-0.004 * week)), c(295, 305, 325))
