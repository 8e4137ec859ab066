// The map: bubbles that arrow keys move between, and the people on a canvas, unpacked when first shown.
(() => {
  const map = document.getElementById("bubbles");
  if (!map) return;
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  document.body.append(tip);
  const showTip = (text, x, y) => {
    tip.textContent = text;
    tip.hidden = false;
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = `${scrollX + Math.max(8, Math.min(x - tip.offsetWidth / 2, room))}px`;
    tip.style.top = `${scrollY + (y > tip.offsetHeight + 12 ? y - tip.offsetHeight - 8 : y + 20)}px`;
  };
  const hideTip = () => (tip.hidden = true);
  addEventListener("keydown", (event) => event.key === "Escape" && hideTip());

  // The map is one stop for the tab key. The label of a bubble serves as its tip and for screen readers.
  const bubbles = [...map.querySelectorAll("a.bubble")].map((link) => {
    const disc = link.querySelector(".disc");
    const [x, y, radius] = ["cx", "cy", "r"].map((name) => +disc.getAttribute(name));
    link.querySelector("title").remove();
    link.tabIndex = -1;
    return { link, disc, x, y, radius, label: link.getAttribute("aria-label"), finer: link.classList.contains("finer") };
  });
  bubbles[0].link.tabIndex = 0;
  const nearest = (from, [right, down]) => {
    let best = null, least = Infinity;
    for (const other of bubbles) {
      const dx = other.x - from.x, dy = other.y - from.y;
      const ahead = dx * right + dy * down, aside = Math.abs(dx * down) + Math.abs(dy * right);
      if (ahead > 0 && aside <= 2 * ahead && ahead + 2 * aside < least) [best, least] = [other, ahead + 2 * aside];
    }
    return best;
  };
  const steps = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  for (const bubble of bubbles) {
    const { link } = bubble;
    const showLabel = () => {
      const box = link.getBoundingClientRect();
      showTip(bubble.label, box.left + box.width / 2, box.top);
    };
    link.addEventListener("focus", showLabel);
    link.addEventListener("mouseenter", showLabel);
    link.addEventListener("blur", hideTip);
    link.addEventListener("mouseleave", hideTip);
    link.addEventListener("keydown", (event) => {
      const ends = { Home: bubbles[0], End: bubbles.at(-1) };
      const next = steps[event.key] ? nearest(bubble, steps[event.key]) : ends[event.key];
      if (!steps[event.key] && !next) return;
      event.preventDefault();
      if (!next) return;
      link.tabIndex = -1;
      next.link.tabIndex = 0;
      next.link.focus();
    });
  }

  const drawer = document.getElementById("drawer");
  const canvas = document.getElementById("people");
  const scriptless = drawer.querySelector(".scriptless");
  const [WIDTH, HEIGHT] = map.getAttribute("viewBox").split(" ").slice(2).map(Number);
  const [dots, lines, kocs, wide] = ["dots", "lines", "kocs", "wide"].map((name) => +canvas.dataset[name]);
  const discs = bubbles.filter((bubble) => !bubble.finer);
  const NONE = 255;

  const unpack = async () => {
    const bytes = Uint8Array.from(atob(canvas.dataset.packed), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const buffer = await new Response(stream).arrayBuffer();
    const [x, y, a, b] = [dots, dots, lines, lines].map((length, i) => {
      const start = [0, dots, 2 * dots, 2 * dots + lines][i];
      return new Uint16Array(buffer, 2 * start, length);
    });
    const bubble = new Uint8Array(buffer, 4 * (dots + lines), dots);
    return { x: Float32Array.from(x, (v) => (v / 65535) * WIDTH), y: Float32Array.from(y, (v) => (v / 65535) * HEIGHT), a, b, bubble };
  };

  const show = (people) => {
    const pen = canvas.getContext("2d");
    const ego = document.getElementById("ego");
    const { x, y, a, b, bubble } = people;
    // Dots of one colour are drawn together, so they are grouped by niche.
    const members = discs.map(() => []);
    const strewn = [];
    for (let i = kocs + wide; i < dots; i++) (bubble[i] === NONE ? strewn : members[bubble[i]]).push(i);
    let view = { zoom: 1, x: 0, y: 0 };
    let chosen = null;
    let colours, box, settled, asked;

    const readColours = () => {
      const probe = (name) => {
        tip.style.color = `var(${name})`;
        const colour = getComputedStyle(tip).color;
        tip.style.color = "";
        return colour;
      };
      colours = Object.fromEntries(["ink", "panel", "dot", "own", "wide"].map((name) => [name, probe(`--${name}`)]));
      colours.discs = discs.map(({ disc }) => getComputedStyle(disc).fill);
    };
    const measure = () => {
      box = { width: canvas.clientWidth, height: canvas.clientHeight };
      const ratio = Math.min(devicePixelRatio || 1, 2);
      canvas.width = box.width * ratio;
      canvas.height = box.height * ratio;
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      box.scale = Math.min(box.width / WIDTH, box.height / HEIGHT);
    };
    const placeX = (value) => box.width / 2 + (value - WIDTH / 2 - view.x) * box.scale * view.zoom;
    const placeY = (value) => box.height / 2 + (value - HEIGHT / 2 - view.y) * box.scale * view.zoom;

    const draw = (moving) => {
      const scale = box.scale * view.zoom;
      pen.clearRect(0, 0, box.width, box.height);
      discs.forEach((one, i) => {
        pen.beginPath();
        pen.arc(placeX(one.x), placeY(one.y), one.radius * scale, 0, 7);
        pen.fillStyle = colours.discs[i];
        pen.globalAlpha = 0.1;
        pen.fill();
      });
      const near = chosen && new Set(chosen.near);
      const roomy = Math.max(1.1, Math.min(0.4 * Math.sqrt((0.4 * WIDTH * HEIGHT) / dots), 5));
      const size = roomy * Math.max(box.scale, 0.5) * Math.sqrt(view.zoom);
      const small = Math.min(1, 1.2 * box.scale * view.zoom);
      if (!moving || near) {
        const line = (ends) => {
          pen.beginPath();
          for (const [from, to] of ends) {
            pen.moveTo(placeX(x[from]), placeY(y[from]));
            pen.lineTo(placeX(x[to]), placeY(y[to]));
          }
          pen.stroke();
        };
        pen.strokeStyle = colours.ink;
        pen.lineWidth = near ? 1.2 : 0.6;
        pen.globalAlpha = near ? 0.55 : Math.min(0.25, 250 / lines + 0.02) * small;
        const drawn = [];
        for (let i = 0; i < lines; i++) {
          const inside = near && (near.has(a[i]) || a[i] === chosen.dot) && (near.has(b[i]) || b[i] === chosen.dot);
          if (!near || inside) drawn.push([a[i], b[i]]);
        }
        line(drawn);
      }
      const step = moving ? Math.ceil(dots / 12000) : 1;
      const marks = (indices, colour) => {
        pen.fillStyle = colour;
        const round = !moving && size > 2.5;
        pen.beginPath();
        for (let at = 0; at < indices.length; at += step) {
          const i = indices[at];
          const [px, py] = [placeX(x[i]), placeY(y[i])];
          if (px < -size || py < -size || px > box.width + size || py > box.height + size) continue;
          if (!round) pen.fillRect(px - size / 2, py - size / 2, size, size);
          else {
            pen.moveTo(px, py);
            pen.arc(px, py, 0.6 * size, 0, 7);
          }
        }
        if (round) pen.fill();
      };
      pen.globalAlpha = near ? 0.25 : 0.5;
      marks(strewn, colours.dot);
      pen.globalAlpha = near ? 0.3 : 0.9;
      members.forEach((indices, i) => marks(indices, colours.discs[i]));
      pen.globalAlpha = near ? 0.35 : 0.85;
      pen.fillStyle = colours.wide;
      const half = Math.max(2 * small, 1.1 * size);
      pen.beginPath();
      for (let i = kocs; i < kocs + wide; i++) {
        const [px, py] = [placeX(x[i]), placeY(y[i])];
        pen.moveTo(px, py - half);
        pen.lineTo(px + half, py);
        pen.lineTo(px, py + half);
        pen.lineTo(px - half, py);
      }
      pen.fill();
      const circles = (indices, radius, colour) => {
        pen.beginPath();
        for (const i of indices) {
          const [px, py] = [placeX(x[i]), placeY(y[i])];
          pen.moveTo(px + radius, py);
          pen.arc(px, py, radius, 0, 7);
        }
        pen.fillStyle = colour;
        pen.fill();
        pen.strokeStyle = colours.panel;
        pen.lineWidth = 1;
        pen.stroke();
      };
      circles(Array.from({ length: kocs }, (_, i) => i), Math.max(2.6 * small, 1.3 * size), colours.own);
      pen.globalAlpha = 1;
      if (near) {
        circles(chosen.near, Math.max(4, 2 * size), colours.ink);
        circles([chosen.dot], Math.max(7, 3 * size), colours.own);
      }
      pen.textAlign = "center";
      pen.lineJoin = "round";
      const label = (text, px, py, letters) => {
        pen.font = `600 ${letters}px system-ui, sans-serif`;
        pen.strokeStyle = colours.panel;
        pen.lineWidth = 4;
        pen.strokeText(text, px, py);
        pen.fillStyle = colours.ink;
        pen.fillText(text, px, py);
      };
      for (const one of discs) {
        const name = one.link.dataset.name;
        pen.font = "600 13px system-ui, sans-serif";
        if (pen.measureText(name).width < 2.6 * one.radius * scale) label(name, placeX(one.x), Math.max(placeY(one.y - one.radius) + 6, 14), 13);
      }
      if (near) label(chosen.who, placeX(x[chosen.dot]), placeY(y[chosen.dot]) - 12, 14);
    };
    const move = () => {
      // Lines, and some of many dots, take long: they are drawn once the picture rests.
      if (!asked) asked = requestAnimationFrame(() => ((asked = 0), draw(true)));
      clearTimeout(settled);
      settled = setTimeout(() => draw(false), 160);
    };
    const renew = () => {
      readColours();
      measure();
      draw(false);
    };
    const zoom = (factor, px = box.width / 2, py = box.height / 2) => {
      const before = view.zoom;
      view.zoom = Math.max(1, Math.min(view.zoom * factor, 40));
      const gain = (1 / before - 1 / view.zoom) / box.scale;
      view.x += (px - box.width / 2) * gain;
      view.y += (py - box.height / 2) * gain;
      if (view.zoom === 1) view.x = view.y = 0;
      move();
    };
    const shift = (right, down) => {
      view.x += right / (box.scale * view.zoom);
      view.y += down / (box.scale * view.zoom);
      move();
    };

    let held = null;
    const spot = (event) => {
      const frame = canvas.getBoundingClientRect();
      return [event.clientX - frame.left, event.clientY - frame.top];
    };
    const under = ([px, py]) => {
      let best = -1, least = 10 ** 2;
      for (let i = 0; i < kocs + wide; i++) {
        const away = (placeX(x[i]) - px) ** 2 + (placeY(y[i]) - py) ** 2;
        if (away < least) [best, least] = [i, away];
      }
      return best;
    };
    const describe = (i) => {
      if (i >= kocs) return "a wide-audience account";
      const row = document.getElementById(`koc-${i + 1}`);
      return `${row ? row.querySelector("summary").textContent : "key opinion consumer"}, number ${i + 1} by score`;
    };
    canvas.addEventListener("pointerdown", (event) => {
      held = { at: spot(event), moved: 0 };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      const at = spot(event);
      if (!held) {
        const i = under(at);
        if (i < 0) return hideTip();
        return showTip(describe(i), event.clientX, event.clientY - 6);
      }
      shift(held.at[0] - at[0], held.at[1] - at[1]);
      held = { at, moved: held.moved + 1 };
    });
    const release = () => (held = null);
    canvas.addEventListener("pointerup", (event) => {
      const i = held && held.moved < 3 ? under(spot(event)) : -1;
      release();
      if (ego && [...ego.options].some((option) => option.value === String(i))) choose(String(i));
    });
    canvas.addEventListener("pointercancel", release);
    canvas.addEventListener("pointerleave", hideTip);
    canvas.addEventListener("wheel", (event) => {
      // A plain wheel scrolls the page, as everywhere else. With ctrl, or on a touch pad, it zooms.
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(Math.exp(-event.deltaY / 200), ...spot(event));
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      const keys = { "+": 1.5, "=": 1.5, "-": 1 / 1.5, 0: 0 };
      if (steps[event.key]) shift(...steps[event.key].map((way) => 60 * way));
      else if (event.key in keys) zoom(keys[event.key]);
      else return;
      event.preventDefault();
    });
    for (const button of drawer.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoom(+button.dataset.zoom));

    const choose = (dot) => {
      ego.value = dot;
      const option = ego.selectedOptions[0];
      const near = (option.dataset.near || "").split(" ").filter(Boolean).map(Number);
      chosen = dot === "" ? null : { dot: +dot, near, who: option.textContent.replace(/^\d+\. /, "") };
      document.getElementById("ego-summary").textContent = option.dataset.summary || "";
      draw(false);
    };
    if (ego) ego.addEventListener("change", () => choose(ego.value));

    new ResizeObserver(() => canvas.clientWidth && renew()).observe(canvas);
    new MutationObserver(renew).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", renew);
  };

  const open = async () => {
    if (!drawer.open || drawer.dataset.shown) return;
    drawer.dataset.shown = "yes";
    try {
      const people = await unpack();
      scriptless.hidden = true;
      drawer.querySelector(".people").hidden = false;
      show(people);
    } catch (error) {
      scriptless.textContent = `This browser cannot unpack the people (${error.message}). Newer ones can: Chrome 80, Firefox 113, Safari 16.4.`;
    }
  };
  scriptless.textContent = "One moment…";
  drawer.addEventListener("toggle", open);
  open();
})();
