"""The story of the product as people click it: a real Chromium, a real portal, the demo's company."""
