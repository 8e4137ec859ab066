// The explorer: draws the network that the page carries, finds people by name, and shows who is around a person.
(async () => {
  "use strict";
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words;
  const panel = document.getElementById("panel");
  const trouble = document.getElementById("trouble");
  const number = new Intl.NumberFormat(data.language);
  const SVG = "http://www.w3.org/2000/svg";

  const say = (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const make = (tag, text, ...children) => {
    const element = document.createElement(tag);
    if (text !== null && text !== undefined) element.textContent = text;
    element.append(...children);
    return element;
  };

  // Names may run from right to left.
  const makeName = (name) => make("bdi", name);

  if (typeof DecompressionStream === "undefined") {
    trouble.textContent = words.old;
    return;
  }

  const unpack = async (text) => {
    const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).arrayBuffer();
  };

  // The columns stand one after the other, those with the widest numbers first (see `_pack` in __init__.py).
  const buffer = await unpack(data.packed);
  let offset = 0;
  const read = (Kind, length) => {
    const column = new Kind(buffer, offset, length);
    offset += length * Kind.BYTES_PER_ELEMENT;
    return column;
  };
  const { people, ties } = data;
  const source = read(Uint32Array, ties);
  const target = read(Uint32Array, ties);
  const audience = read(Uint32Array, people);
  const hears = read(Uint32Array, people);
  const across = read(Uint16Array, people);
  const down = read(Uint16Array, people);
  const niche = read(Uint16Array, people);
  const circle = read(Uint16Array, people);
  const size = read(Uint8Array, people);
  const mark = read(Uint8Array, people);
  const tier = read(Uint8Array, people);
  const NONE = 65535;

  // name, rank: of those who have a name.
  const named = new Map(data.named.map(([place, name, rank]) => [place, { name, rank }]));
  const colours = data.colours;
  const paintNiche = (one) => (one === NONE ? data.grey : colours[one % colours.length]);

  const around = Array.from({ length: people }, () => null);
  for (let tie = 0; tie < ties; tie += 1) {
    (around[source[tie]] ??= { audience: [], hears: [] }).audience.push(target[tie]);
    (around[target[tie]] ??= { audience: [], hears: [] }).hears.push(source[tie]);
  }
  const listAround = (person) => around[person] ?? { audience: [], hears: [] };

  // The picture

  const root = document.documentElement;
  const asks = window.matchMedia("(prefers-color-scheme: dark)");
  root.dataset.theme = asks.matches ? "dark" : "light";
  const readColour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  let paint = {};
  const readTheme = () => {
    paint = Object.fromEntries(["koc", "kol", "ink", "panel", "line"].map((one) => [one, readColour(`--${one}`)]));
    paint.tie = root.dataset.theme === "dark" ? "#5d6370" : "#b9b6ad";
    paint.faded = root.dataset.theme === "dark" ? "#2c3039" : "#e4e2db";
  };

  let chosen = null;
  let near = new Set();
  let sigma = null;

  const isNear = (person) => person === chosen || near.has(person);

  const paintPerson = (person) => {
    if (chosen !== null && !isNear(person)) return paint.faded;
    const kind = data.marks[mark[person]];
    return kind === "koc" ? paint.koc : kind === "other" ? paintNiche(niche[person]) : paint.kol;
  };

  const hasWebGL = () => {
    try {
      return document.createElement("canvas").getContext("webgl2") !== null;
    } catch {
      return false;
    }
  };

  const draw = () => {
    const { Graph, Sigma, sdfCircle, sdfDiamond } = graphkocDrawing;
    const graph = new Graph({ type: "undirected" });
    const box = document.getElementById("picture").getBoundingClientRect();
    // About a third of the distance to the next person.
    const findRoom = (many) => 0.3 * Math.sqrt((box.width * box.height * 0.6) / Math.max(many, 1));
    const dot = Math.max(0.8, Math.min(5, findRoom(people)));
    const largest = Math.max(dot * 1.5, Math.min(12, box.width / 80, findRoom(named.size) * 1.4));
    const least = Math.max(dot * 1.2, Math.min(4, largest / 2));
    for (let person = 0; person < people; person += 1) {
      const who = named.get(person);
      const share = size[person] / 255;
      graph.addNode(person, {
        person,
        x: across[person],
        y: -down[person] * data.ratio,
        size: who ? least + (largest - least) * share : dot,
        label: who ? who.name : null,
        shape: data.marks[mark[person]] === "kol" || data.marks[mark[person]] === "wide" ? "diamond" : "circle",
        front: data.marks[mark[person]] === "koc" ? 2 : who ? 1 : 0,
      });
    }
    // Two ties there and back are one line.
    const seen = new Set();
    for (let tie = 0; tie < ties; tie += 1) {
      const [one, other] = [source[tie], target[tie]];
      const pair = Math.min(one, other) * people + Math.max(one, other);
      if (!seen.has(pair)) graph.addUndirectedEdgeWithKey(tie, one, other, { one, other });
      seen.add(pair);
    }
    return new Sigma(graph, document.getElementById("picture"), {
      primitives: { nodes: { shapes: [sdfCircle(), sdfDiamond()] } },
      styles: {
        nodes: {
          x: { attribute: "x" },
          y: { attribute: "y" },
          shape: { attribute: "shape", defaultValue: "circle" },
          size: (one) => (one.person === chosen ? one.size * 1.4 : one.size),
          color: (one) => paintPerson(one.person),
          opacity: (one) => (one.front || isNear(one.person) ? 1 : 0.75),
          zIndex: (one) => (chosen !== null && isNear(one.person) ? 3 : one.front),
          label: (one) => (chosen === null || isNear(one.person) ? one.label : null),
          labelColor: () => paint.ink,
          labelBackgroundColor: () => paint.panel,
          labelVisibility: (one, state) => (state.isHovered || one.person === chosen ? "visible" : "auto"),
        },
        edges: {
          size: 0.6,
          color: () => (chosen === null ? paint.tie : paint.ink),
          opacity: () => (chosen === null ? (ties > 3000 ? 0.3 : 0.5) : 0.55),
          visibility: (tie) => (chosen === null || tie.one === chosen || tie.other === chosen ? "visible" : "hidden"),
        },
      },
      settings: {
        autoRescale: true,
        autoRescaleContent: people > 2000 ? "positions" : "labels",
        itemSizesReference: "screen",
        hideEdgesOnMove: ties > 3000,
        enableCameraRotation: false,
        enableCameraMouseRotation: false,
        minEdgeThickness: 0.6,
        minCameraRatio: 0.01,
        maxCameraRatio: 2,
        labelRenderedSizeThreshold: people > 2000 ? 6 : 4,
        labelGridCellSize: 110,
        nodePickingPadding: 3,
        sharedGestureWheelMessage: "",
        sharedGestureAppleWheelMessage: "",
        sharedGestureTouchMessage: "",
      },
    });
  };

  // Names of niches, above their people

  const makeNicheNames = () => {
    const layer = make("div");
    layer.className = "niche-names";
    layer.setAttribute("aria-hidden", "true");
    const sums = colours.map(() => ({ x: 0, top: Infinity, many: 0 }));
    for (let person = 0; person < people; person += 1) {
      const its = sums[niche[person]];
      if (!its) continue;
      its.x += across[person];
      its.top = Math.min(its.top, down[person]);
      its.many += 1;
    }
    const placed = sums.flatMap((its, place) => {
      if (!its.many) return [];
      const name = make("span", null, makeName(data.niches[place][0]));
      name.style.borderColor = paintNiche(place);
      layer.append(name);
      return [{ name, x: its.x / its.many, y: -its.top * data.ratio }];
    });
    document.getElementById("picture").append(layer);
    for (const one of placed) one.width = one.name.offsetWidth;
    const place = () => {
      // The largest niches come first; a name that would lie on another is left out until there is room.
      const shown = [];
      for (const { name, x, y, width } of placed) {
        const point = sigma.graphToViewport({ x, y });
        const [left, top] = [Math.round(point.x - width / 2), Math.round(point.y - 32)];
        const free = shown.every((its) => Math.abs(its.top - top) > 22 || its.left > left + width || its.right < left);
        name.style.transform = `translate(${left}px, ${top}px)`;
        name.style.visibility = free ? "visible" : "hidden";
        if (free) shown.push({ left, top, right: left + width });
      }
    };
    sigma.on("afterRender", place);
    place();
  };

  // The panel

  const drawKey = (shape, colour) => {
    const key = document.createElementNS(SVG, "svg");
    key.setAttribute("class", "key");
    key.setAttribute("viewBox", "0 0 12 12");
    key.setAttribute("aria-hidden", "true");
    const form = document.createElementNS(SVG, shape === "diamond" ? "path" : "circle");
    const sizes = shape === "diamond" ? { d: "M6 0l6 6-6 6-6-6z" } : { cx: 6, cy: 6, r: 5 };
    for (const [name, value] of Object.entries(sizes)) form.setAttribute(name, value);
    form.setAttribute("fill", colour);
    key.append(form);
    return key;
  };

  const describeTier = (one) => (one === "wide" ? words.wide_tier : (words[one] ?? one));

  const linkPerson = (person) => {
    const who = named.get(person);
    const kind = data.marks[mark[person]];
    const button = make(
      "button",
      null,
      drawKey(kind === "koc" || kind === "other" ? "circle" : "diamond", paintKind(kind, person)),
      makeName(who.name),
    );
    button.type = "button";
    button.className = "who";
    if (who.rank !== null) {
      const rank = make("span", `${words.rank} ${number.format(who.rank)}`);
      rank.className = "rank";
      button.append(rank);
    }
    button.addEventListener("click", () => choose(person));
    return button;
  };

  const paintKind = (kind, person) =>
    kind === "koc" ? "var(--koc)" : kind === "other" ? paintNiche(niche[person]) : "var(--kol)";

  const countMarks = () => {
    const counts = new Array(data.marks.length).fill(0);
    for (const one of mark) counts[one] += 1;
    return counts;
  };

  const showLegend = () => {
    const counts = countMarks();
    const marks = make("ul");
    data.marks.forEach((kind, place) => {
      if (!counts[place]) return;
      const colour = kind === "koc" ? "var(--koc)" : kind === "other" ? data.grey : "var(--kol)";
      const many = make("span", number.format(counts[place]));
      many.className = "people";
      const shape = kind === "kol" || kind === "wide" ? "diamond" : "circle";
      marks.append(make("li", null, drawKey(shape, colour), make("span", words[kind]), many));
    });
    const niches = make("ul");
    data.niches.slice(0, colours.length).forEach(([name, many], place) => {
      const count = make("span", number.format(many));
      count.className = "people";
      niches.append(make("li", null, drawKey("circle", paintNiche(place)), makeName(name), count));
    });
    if (data.outside) {
      const count = make("span", number.format(data.outside));
      count.className = "people";
      niches.append(make("li", null, drawKey("circle", data.grey), make("span", words.no_niche), count));
    }
    const more = data.niches.length - colours.length;
    panel.replaceChildren(
      make("h2", words.legend),
      make("h3", words.marks),
      marks,
      make("h3", words.niches),
      niches,
      ...(more > 0 ? [make("p", say("more_niches", { n: number.format(more) }))] : []),
      make("p", words.how),
      make("p", data.drawn),
      make("p", words.place),
      make("p", words.privacy),
    );
  };

  const listPeople = (title, list) => {
    const known = list.filter((one) => named.has(one));
    known.sort((one, other) => (named.get(one).rank ?? Infinity) - (named.get(other).rank ?? Infinity) || one - other);
    const items = make("ul");
    for (const one of known) items.append(make("li", null, linkPerson(one)));
    const others = list.length - known.length;
    if (others) items.append(make("li", say("nameless", { n: number.format(others) })));
    if (!list.length) items.append(make("li", words.nobody));
    return [make("h3", title), items];
  };

  const showPerson = (person) => {
    const who = named.get(person);
    const facts = make("dl");
    const add = (term, value) => {
      if (value !== null && value !== undefined) facts.append(make("dt", term), make("dd", null, makeName(value)));
    };
    const kind = data.marks[mark[person]];
    if (kind !== "other") add(words.role, words[kind]);
    add(words.rank, who && who.rank !== null ? number.format(who.rank) : null);
    add(words.niche, niche[person] === NONE ? null : data.niches[niche[person]][0]);
    add(words.circle, circle[person] === NONE ? null : data.circles[circle[person]]);
    add(words.tier, data.tiers[tier[person]] === null ? null : describeTier(data.tiers[tier[person]]));
    add(words.audience, number.format(audience[person]));
    add(words.hears, number.format(hears[person]));
    const back = make("button", words.close);
    back.type = "button";
    back.addEventListener("click", () => choose(null));
    const { audience: those, hears: whom } = listAround(person);
    panel.replaceChildren(
      make("h2", null, makeName(who ? who.name : words.person)),
      facts,
      ...listPeople(words.heard_by, those),
      ...listPeople(words.hears_of, whom),
      ...(data.partial ? [make("p", data.drawn)] : []),
      make("p", null, back),
    );
    panel.scrollTop = 0;
  };

  const choose = (person) => {
    chosen = person;
    near = new Set();
    if (person === null) showLegend();
    else {
      const { audience: those, hears: whom } = listAround(person);
      near = new Set([...those, ...whom]);
      showPerson(person);
    }
    closeFound();
    if (sigma) {
      sigma.refresh({ skipIndexation: true });
      const shown = person === null ? null : sigma.getNodeDisplayData(String(person));
      if (shown) sigma.getCamera().animate({ x: shown.x, y: shown.y, ratio: Math.min(0.5, sigma.getCamera().ratio) });
    }
  };

  // The search

  const find = document.getElementById("find");
  const found = document.getElementById("found");
  const MOST = 30;
  const fold = (text) => text.normalize("NFKC").toLocaleLowerCase();
  const folded = [...named].map(([person, who]) => [person, fold(who.name)]);
  folded.sort(([one], [other]) => (named.get(one).rank ?? Infinity) - (named.get(other).rank ?? Infinity));

  const closeFound = () => {
    found.hidden = true;
    found.replaceChildren();
  };

  const search = () => {
    const wanted = fold(find.value.trim());
    if (!wanted) return closeFound();
    const hits = folded.filter(([, name]) => name.includes(wanted)).slice(0, MOST);
    found.replaceChildren(...hits.map(([person]) => make("li", null, linkPerson(person))));
    if (!hits.length) found.append(make("li", null, make("p", words.none)));
    found.hidden = false;
    return hits;
  };

  find.addEventListener("input", search);
  find.addEventListener("focus", search);
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") found.querySelector("button")?.click();
    else if (event.key === "ArrowDown") found.querySelector("button")?.focus();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (found.hidden) choose(null);
    else closeFound();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".find")) closeFound();
  });

  // Buttons

  const repaint = () => {
    readTheme();
    if (sigma) sigma.refresh({ skipIndexation: true });
  };
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    repaint();
  });
  asks.addEventListener("change", () => {
    root.dataset.theme = asks.matches ? "dark" : "light";
    repaint();
  });
  document.getElementById("closer").addEventListener("click", () => sigma?.getCamera().animatedZoom());
  document.getElementById("farther").addEventListener("click", () => sigma?.getCamera().animatedUnzoom());
  document.getElementById("whole").addEventListener("click", () => sigma?.getCamera().animatedReset());

  readTheme();
  showLegend();
  if (!hasWebGL()) trouble.textContent = words.no_webgl;
  else {
    sigma = draw();
    makeNicheNames();
    sigma.on("clickNode", ({ node }) => choose(Number(node)));
    sigma.on("clickStage", () => choose(null));
    // It has drawn already; the next frame shows it.
    requestAnimationFrame(() => {
      root.dataset.drawn = String(Math.round(performance.now()));
    });
  }
  root.dataset.ready = "yes";
})();
