// Draws the plots of a ranking with ECharts, which stands before this in the same file; the office loads it when
// somebody opens a plot.
//
// Always: what is drawn came as numbers and words from the app; colours and letters are those of the page, light or
// dark; a hint is built of text nodes.
// Never: asks the network, or sets styles from text; the page's policy refuses both.

(() => {
  const drawn = new Map();
  const resized = new ResizeObserver((entries) => entries.forEach(({ target }) => repaint(target)));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach((_, node) => repaint(node)));

  window.lumbungPlots = {
    // Draws what `text` says into `node`, now and whenever its size or the colours of the page change.
    draw(node, text) {
      const plot = drawn.get(node) ?? { zoom: 1 };
      const spec = JSON.parse(text);
      // Other villages are another map.
      if (plot.spec?.points?.length !== spec.points?.length) plot.zoom = 1;
      plot.spec = spec;
      drawn.set(node, plot);
      paint(node);
      resized.observe(node);
    },
    // Looks closer at a map, or from further away; once without a factor shows it whole.
    zoom(node, factor) {
      const plot = drawn.get(node);
      if (!plot?.chart) return;
      plot.zoom = factor ? Math.min(Math.max(plot.zoom * factor, 1), 64) : 1;
      const whole = plot.zoom === 1;
      // The first step goes to where the villages are; the middle between far islands is sea.
      const center = whole ? null : plot.chart.getOption().geo[0].center ?? middle(plot.spec.points);
      plot.chart.setOption({ geo: { zoom: plot.zoom, center, roam: whole ? false : "move" } });
      measure(plot);
    },
    drop(node) {
      resized.unobserve(node);
      drawn.get(node)?.chart?.dispose();
      drawn.delete(node);
    },
  };

  const kinds = { map, spread, related };

  // Nobody waits for this one; the app hears by an event that it did not come to anything.
  function repaint(node) {
    try {
      paint(node);
    } catch (error) {
      console.error(error);
      node.dispatchEvent(new Event("unplotted"));
    }
  }

  function paint(node) {
    const plot = drawn.get(node);
    // A plot in a closed fold has no size yet.
    if (!plot || !node.clientWidth || !node.clientHeight) return;
    const center = plot.zoom === 1 ? null : plot.chart.getOption().geo[0].center;
    plot.chart ??= echarts.init(node);
    plot.chart.resize();
    plot.look = look(node);
    const option = kinds[plot.spec.kind](plot, node.clientWidth, center);
    plot.chart.setOption({ animation: false, textStyle: plot.look.letters, tooltip: hint(plot), ...option }, true);
    plot.chart.off("click");
    plot.chart.on("click", ({ data }) => data?.href && (location.hash = data.href));
    measure(plot);
  }

  // Colours and letters of the page as they are now.
  function look(node) {
    const style = getComputedStyle(node);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    const size = parseFloat(style.fontSize);
    return {
      ground: colour("kertas"), far: colour("kapas"), line: colour("garis-kuat"), faint: colour("garis"),
      ink: colour("arang"), soft: colour("arang-2"), main: colour("nila"), mark: colour("kunyit-terang"),
      against: colour("lawan"), along: colour("searah"),
      steps: [0, 1, 2, 3, 4].map((step) => colour(`jenjang-${step}`)),
      size,
      letters: { fontFamily: style.fontFamily, fontSize: size, color: colour("arang") },
    };
  }

  function hint({ look, spec }) {
    return {
      trigger: "item", confine: true, transitionDuration: 0,
      backgroundColor: look.ground, borderColor: look.line, textStyle: { ...look.letters },
      formatter: ({ data, value }) => {
        const box = document.createElement("div");
        const [title, ...lines] = data?.said ?? said(spec, value);
        box.append(Object.assign(document.createElement("b"), { textContent: title }));
        lines.forEach((line) => box.append(Object.assign(document.createElement("div"), { textContent: line })));
        return box;
      },
    };
  }

  // What a bar says of itself.
  const said = ({ words, decimals }, value) =>
    [`${number(value[0], decimals)} – ${number(value[1], decimals)}`, `${value[2]} ${words.villages}`];

  const number = (value, decimals) => (value + 0).toFixed(decimals).replace(".", ",").replace("-", "−");

  // Villages where their offices are, in degrees, with one scale north and east; no tiles from anywhere.
  function map(plot, width, center) {
    const { look, spec } = plot;
    const longitudes = spec.points.map((point) => point.at[0]);
    const latitudes = spec.points.map((point) => point.at[1]);
    const [west, east] = span(longitudes), [south, north] = span(latitudes);
    echarts.registerMap("villages", { geoJSON: spec.boundaries ?? { type: "FeatureCollection", features: [] } });
    const small = spec.points.length > 1500 ? 5 : spec.points.length > 300 || width < 500 ? 10 : 13;
    const shapes = { chosen: ["diamond", 1.7], reserve: ["triangle", 1.3], ranked: ["circle", 1], out: ["circle", 0.8] };
    const item = ({ at, step, shape, said, href }) => ({
      value: at, said, href,
      symbol: shapes[shape][0], symbolSize: small * shapes[shape][1],
      itemStyle: shape === "out"
        ? { color: "transparent", borderColor: look.line, borderWidth: 2 }
        : { color: look.steps[step] ?? look.line, borderColor: look.ink, borderWidth: shape === "chosen" ? 2 : 1 },
    });
    const layer = (shape, z) => ({
      type: "scatter", coordinateSystem: "geo", geoIndex: 0, z, name: shape,
      // The best stands above the others.
      data: spec.points.filter((point) => point.shape === shape).map(item).reverse(),
      emphasis: { scale: 1.3 },
    });
    return {
      geo: {
        map: "villages", left: 24, right: 24, top: 24, bottom: 44, preserveAspect: "contain", silent: true,
        boundingCoords: [[west, north], [east, south]],
        aspectScale: Math.cos(((south + north) / 2) * Math.PI / 180),
        zoom: plot.zoom, center, roam: plot.zoom === 1 ? false : "move", scaleLimit: { min: 1, max: 64 },
        itemStyle: { areaColor: look.far, borderColor: look.line }, label: { show: false },
      },
      series: [layer("out", 2), layer("ranked", 3), layer("reserve", 4), layer("chosen", 5)],
    };
  }

  // A little more than from the least to the greatest, and never nothing.
  function span(values) {
    const [low, high] = values.reduce(([low, high], it) => [Math.min(low, it), Math.max(high, it)], [Infinity, -Infinity]);
    const edge = Math.max((high - low) * 0.04, 0.005);
    return [low - edge, high + edge];
  }

  // The place of the village that lies nearest to the median both ways.
  function middle(points) {
    const median = (along) => points.map(({ at }) => at[along]).sort((one, two) => one - two)[points.length >> 1];
    const [x, y] = [median(0), median(1)];
    const far = ({ at }) => Math.hypot(at[0] - x, at[1] - y);
    return points.reduce((best, point) => (far(point) < far(best) ? point : best)).at;
  }

  // A bar of a round length in the lower left corner, and where north is.
  function measure(plot) {
    if (plot.spec.kind !== "map") return;
    const { chart, look, spec } = plot;
    const [, y] = spec.points[0].at, [x] = spec.points[0].at;
    const [from] = chart.convertToPixel("geo", [x, y]), [to] = chart.convertToPixel("geo", [x + 1, y]);
    const metre = (to - from) / (111_320 * Math.cos(y * Math.PI / 180));
    const wanted = 110 / metre, power = 10 ** Math.floor(Math.log10(wanted));
    const metres = power * [5, 2, 1].find((times) => times * power <= wanted);
    const length = metres * metre, bottom = chart.getHeight() - 12;
    const said = metres < 1000 ? `${metres} m` : `${metres / 1000} km`;
    const line = { stroke: look.ink, lineWidth: 1.5, fill: null };
    chart.setOption({
      graphic: [
        { id: "bar", type: "polyline", silent: true, shape: { points: [[16, bottom - 6], [16, bottom], [16 + length, bottom], [16 + length, bottom - 6]] }, style: line },
        { id: "length", type: "text", silent: true, x: 22 + length, y: bottom - 12, style: { text: `${said}   ${spec.words.north} ↑`, fill: look.ink, fontFamily: look.letters.fontFamily, fontSize: look.size } },
      ],
    });
  }

  // How many villages lie between which scores, with the bounds of the classes and the place of one village.
  function spread(plot, width) {
    const { look, spec } = plot, { words, decimals } = spec;
    const axis = { axisLine: { lineStyle: { color: look.line } }, axisLabel: { color: look.soft, fontSize: look.size }, nameTextStyle: { color: look.soft, fontSize: look.size } };
    const low = spec.bars[0].from, high = spec.bars.at(-1).below;
    // As many decimals as the bounds of bars have.
    const shown = Math.min(decimals, Math.max(0, Math.ceil(-Math.log10(spec.bars[0].below - low) - 1e-9)));
    const bar = (_, api) => {
      const [left, top] = api.coord([api.value(0), api.value(2)]), [right, bottom] = api.coord([api.value(1), 0]);
      const shape = { x: left + 1, y: top, width: Math.max(right - left - 2, 1), height: bottom - top };
      return { type: "rect", shape, style: { fill: api.visual("color") } };
    };
    // A function: in a text, braces would stand for something else, and names of villages are anything.
    const mark = (xAxis, text, style, label) => ({ xAxis, lineStyle: style, label: { formatter: () => text, color: look.ink, fontSize: look.size, ...label } });
    const bound = ({ at, said }, place) =>
      mark(at, said, { color: look.ink, type: "dashed", width: 1.5 }, { rotate: 0, distance: [0, 4 + (place % 2) * look.size * 1.2] });
    const own = spec.own == null ? [] : [
      mark(spec.own.at, spec.own.said, { color: look.ink, type: "solid", width: 2.5 }, { fontWeight: "bold", position: "insideEndTop", rotate: 90, backgroundColor: look.ground, padding: 2 }),
    ];
    return {
      grid: { left: 30, right: 20, top: spec.bounds.length ? 20 + look.size * 2.6 : 20, bottom: 28, containLabel: true },
      xAxis: { type: "value", min: low, max: high, name: words.score, nameLocation: "middle", nameGap: 28, splitLine: { show: false }, splitNumber: width < 500 ? 3 : 8, ...axis, axisLabel: { ...axis.axisLabel, formatter: (value) => number(value, shown), hideOverlap: true } },
      yAxis: { type: "value", name: words.villages, nameLocation: "middle", nameGap: look.size * 2.4, minInterval: 1, splitLine: { lineStyle: { color: look.faint } }, ...axis },
      series: [{
        type: "custom", renderItem: bar, encode: { x: [0, 1], y: 2 },
        data: spec.bars.map(({ from, below, villages }, place) => ({
          value: [from, below, villages], itemStyle: { color: place === spec.own?.bar ? look.mark : mixed(look.ground, look.main, 0.6) },
        })),
        markLine: { symbol: "none", silent: true, data: [...spec.bounds.map(bound), ...own] },
      }],
    };
  }

  // Which columns go together: a square for each pair, with its number where there is room.
  function related(plot, width) {
    const { look, spec } = plot, count = spec.names.length;
    const names = Math.min(width * 0.4, 240);
    const side = (width - names - 24) / count;
    const axis = { type: "category", splitArea: { show: false }, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: look.ink, fontSize: look.size, interval: 0 } };
    const places = spec.names.map((_, place) => String(place + 1));
    const room = look.size * 2.6 <= side;
    // Three lines of a name, where rows are that high.
    const overflow = look.size * 4 * count <= plot.chart.getHeight() - 36 ? "break" : "truncate";
    const item = ({ one, two, value, said, text }) => {
      const fill = value == null ? look.faint : mixed(look.far, value < 0 ? look.against : look.along, Math.abs(value));
      return { value: [one, two, value ?? 0], said, text, itemStyle: { color: fill, borderColor: look.ground, borderWidth: 1 }, label: { color: readable(fill) } };
    };
    return {
      grid: { left: names, right: 16, top: 28, bottom: 8 },
      xAxis: { ...axis, data: places, position: "top", axisLabel: { ...axis.axisLabel, interval: side < look.size * 1.6 ? 4 : 0 } },
      yAxis: { ...axis, data: spec.names.map((name, place) => `${place + 1}  ${name}`), inverse: true, axisLabel: { ...axis.axisLabel, width: names - 12, overflow, lineHeight: look.size * 1.25, interval: 0, align: "left", margin: names - 8 } },
      series: [{
        type: "heatmap", data: spec.pairs.map(item), emphasis: { itemStyle: { borderColor: look.ink, borderWidth: 2 } },
        label: { show: room, fontSize: look.size, formatter: ({ data }) => data.text },
      }],
    };
  }

  const parts = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const mixed = (one, two, share) => {
    const other = parts(two);
    return `#${parts(one).map((part, place) => Math.round(part + (other[place] - part) * share).toString(16).padStart(2, "0")).join("")}`;
  };
  // Black or white, whichever reads better on that ground.
  const readable = (colour) => {
    const [red, green, blue] = parts(colour).map((part) => (part / 255) ** 2.2);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#000000" : "#ffffff";
  };
})();
