// Draws each figure with data-chart: numbers that the page has as a table too.
// ECharts comes when the first of them is near. Colours are the page's, words
// are drawn in the canvas but for the legend, which wraps, and nothing moves.
{
  const figures = [...document.querySelectorAll("[data-chart]")];
  let library;
  const load = (src) => library ??= new Promise((done, failed) => {
    const s = document.createElement("script");
    s.src = src;
    s.onload = () => done(window.echarts);
    s.onerror = failed;
    document.head.append(s);
  });
  const probe = document.createElement("span");
  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const color = (css) => { // as the canvas paints it, in a form that everything reads
    probe.style.color = css;
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = getComputedStyle(probe).color;
    pixel.fillRect(0, 0, 1, 1);
    const [r, g, b] = pixel.getImageData(0, 0, 1, 1).data;
    return `rgb(${r},${g},${b})`;
  };
  const tones = { good: "var(--good)", bad: "var(--bad)", quiet: "var(--neutral)", accent: "var(--accent)" };
  const accent = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--accent-h")) || 24;
  const hues = [250, 155, 75, 320, 200, 24, 110, 285].filter((h) => Math.abs((h - accent + 540) % 360 - 180) >= 35); // told apart from the site's own
  const own = (i) => i === 0 ? "var(--accent)" : `light-dark(oklch(50% .12 ${hues[(i - 1) % hues.length]}), oklch(76% .11 ${hues[(i - 1) % hues.length]}))`;
  const lang = document.documentElement.lang.replace(/^en$/, "en-GB"); // days before months, as the page has them
  const label = (step) => {
    const f = new Intl.DateTimeFormat(lang, { timeZone: "UTC", ...{ hour: { day: "numeric", month: "short", hour: "2-digit" }, month: { month: "short", year: "numeric" } }[step] ?? { day: "numeric", month: "short" } });
    return (iso) => f.format(new Date(iso));
  };
  const number = new Intl.NumberFormat(lang);
  const percent = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 1 });
  const dashes = ["solid", "dashed", "dotted"], dash = (i) => dashes[Math.floor(i / 2) % 3];
  const option = (p, shown) => {
    const ink = color("var(--ink-2)"), line = color("var(--line)"), sheet = color("var(--sheet)");
    const text = { color: ink, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
    const paint = (s, i) => color(tones[s.tone] ?? own(i));
    const tip = { renderMode: "richText", backgroundColor: sheet, borderColor: line, textStyle: text, confine: true };
    const base = { animation: false, textStyle: text, aria: { enabled: false } };
    if (p.kind === "shares") {
      const s = p.series;
      return { ...base, grid: { left: 8, right: 24, top: 8, bottom: 8, containLabel: true },
        tooltip: { ...tip, formatter: (at) => `${s[at.dataIndex].name}\n${percent.format(s[at.dataIndex].data[0])} (${percent.format(s[at.dataIndex].low[0])} – ${percent.format(s[at.dataIndex].high[0])})` },
        xAxis: { type: "value", min: 0, max: (v) => Math.min(1, Math.ceil(10 * Math.max(...s.map((x) => x.high[0]))) / 10), axisLabel: { ...text, formatter: (n) => percent.format(n) }, splitLine: { lineStyle: { color: line } } },
        yAxis: { type: "category", inverse: true, data: s.map((x) => x.name), axisLabel: { ...text, width: 120, overflow: "truncate" }, axisTick: { show: false }, axisLine: { lineStyle: { color: line } } },
        series: [{ type: "bar", barMaxWidth: 26, data: s.map((x, i) => ({ value: x.data[0], itemStyle: { color: paint(x, i) } })) },
          { type: "custom", silent: true, z: 5, data: s.map((x, i) => [x.low[0], x.high[0], i]), encode: { x: [0, 1], y: 2 }, renderItem: (_, api) => {
            const [x1, y] = api.coord([api.value(0), api.value(2)]), [x2] = api.coord([api.value(1), api.value(2)]);
            const stroke = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: color("var(--ink)"), lineWidth: 1.5 } });
            return { type: "group", children: [stroke(x1, y, x2, y), stroke(x1, y - 6, x1, y + 6), stroke(x2, y - 6, x2, y + 6)] };
          } }] };
    }
    const show = label(p.step);
    return { ...base, grid: { left: 8, right: 16, top: 12, bottom: 8, containLabel: true },
      legend: { show: false, selected: shown },
      tooltip: { ...tip, trigger: "axis", axisPointer: { type: p.kind === "stack" ? "shadow" : "line" }, formatter: (at) => [show(at[0].axisValue), ...at.map((x) => `${x.seriesName}: ${number.format(x.value)}`)].join("\n") },
      xAxis: { type: "category", data: p.times, axisLabel: { ...text, hideOverlap: true, formatter: show }, axisTick: { show: false }, axisLine: { lineStyle: { color: line } } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { ...text, formatter: (n) => number.format(n) }, splitLine: { lineStyle: { color: line } } },
      series: p.series.map((s, i) => p.kind === "stack"
        ? { type: "bar", stack: "all", name: s.name, data: s.data, barMaxWidth: 28, itemStyle: { color: paint(s, i) }, emphasis: { focus: "none" } }
        : { type: "line", name: s.name, data: s.data, showSymbol: p.times.length < 3, symbolSize: 7, itemStyle: { color: paint(s, i) }, lineStyle: { color: paint(s, i), width: 2, type: dash(i) } }) };
  };
  // legend names the series of a figure; a press hides one, or shows it again.
  const legend = (p, change) => {
    const list = document.createElement("p"), shown = {};
    list.className = "chart-legend";
    p.series.forEach((s, i) => {
      const b = document.createElement("button");
      b.type = "button";
      b.textContent = s.name;
      b.ariaPressed = shown[s.name] = true;
      b.style.setProperty("--tone", tones[s.tone] ?? own(i));
      b.style.setProperty("--dash", p.kind === "stack" ? "solid" : dash(i));
      b.onclick = () => { b.ariaPressed = shown[s.name] = !shown[s.name]; change(); };
      list.append(b);
    });
    return [list, shown];
  };
  const draw = (figure) => load(figure.dataset.echarts).then((echarts) => {
    const p = JSON.parse(figure.dataset.chart), at = figure.querySelector(".chart-drawn");
    at.hidden = false;
    const chart = echarts.init(at, null, { renderer: "canvas" });
    const put = (anew) => { figure.append(probe); chart.setOption(option(p, shown), anew); };
    const [list, shown] = legend(p, () => put());
    put();
    if (p.kind !== "shares") at.before(list);
    figure.querySelector("details").open = false;
    chart.on("click", (e) => {
      const href = p.kind === "shares" ? p.series[e.dataIndex]?.hrefs?.[0] : p.series[e.seriesIndex]?.hrefs?.[e.dataIndex];
      if (href) location.href = href;
    });
    new ResizeObserver(() => chart.resize()).observe(at);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => put(true));
    at.dataset.done = "";
  });
  probe.hidden = true;
  for (const f of figures) draw(f).catch(() => {}); // the table is there
}
