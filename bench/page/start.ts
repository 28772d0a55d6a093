// Imported before everything else, so that the time of the other modules counts.
performance.mark("start");
