extension Report {
    /// The looks of a page. The colors of curves can be told apart by the color-blind, and their dashes without color.
    package static let style = """
        :root { color-scheme: light dark; --paper: #ffffff; --ink: #1b1d21; --soft: #5c626c; --rule: #dfe2e7;
          --fill: #f4f6f9; --accent: #1f5fbf; --alarm: #b3261e; --c0: #1f5fbf; --c1: #b4540a; --c2: #1d7f5f;
          --c3: #7a3fb0; --c4: #5f6672; --heat: 31 95 191; }
        @media (prefers-color-scheme: dark) { :root { --paper: #14161a; --ink: #e7e9ee; --soft: #a3a9b5;
          --rule: #333842; --fill: #1c1f25; --accent: #7fb0ff; --alarm: #ff8a80; --c0: #7fb0ff; --c1: #f2a65a;
          --c2: #5cc9a2; --c3: #c69cf0; --c4: #a9b0bd; --heat: 110 165 255; } }
        * { box-sizing: border-box }
        body { margin: 0 auto; max-width: 76rem; padding: 2.5rem 1.25rem 4rem; background: var(--paper);
          color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
        h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -.015em; margin: 0 }
        h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .5rem }
        section { margin-top: 2.75rem; padding-top: 1.25rem; border-top: 1px solid var(--rule) }
        p { margin: .5rem 0; max-width: 44rem } .soft { color: var(--soft) }
        .small { font-size: .85rem; margin: .25rem 0 }
        a { color: var(--accent) } a:focus-visible, summary:focus-visible, .scroll:focus-visible {
          outline: 2px solid var(--accent); outline-offset: 2px }
        nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 1.25rem 0 0; padding: 0;
          font-size: .92rem }
        figure { margin: 1.25rem 0 } figcaption { font-weight: 600; font-size: .95rem; margin-bottom: .4rem }
        svg { display: block; width: 100%; min-width: 34rem; height: auto }
        .scroll { overflow-x: auto }
        table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; margin: .75rem 0 .25rem }
        caption { text-align: left; font-weight: 600; padding: .2rem 0 }
        th, td { text-align: left; padding: .28rem .8rem .28rem 0; border-bottom: 1px solid var(--rule);
          vertical-align: top; white-space: nowrap }
        td.num, th.num { text-align: right } th { font-weight: 600 } tbody th { font-weight: 500 }
        thead th { color: var(--soft); font-size: .82rem; vertical-align: bottom; white-space: normal;
          max-width: 9rem }
        td:last-child:not(.num) { white-space: normal; min-width: 9rem; color: var(--soft) }
        svg.share { display: inline-block; width: 7rem; min-width: 0; height: .7em }
        summary { cursor: pointer; color: var(--soft); font-size: .85rem; margin-top: .4rem }
        code { font: .92em ui-monospace, monospace; background: var(--fill); padding: .1em .3em;
          border-radius: 4px }
        pre { overflow-x: auto; background: var(--fill); padding: .8rem 1rem; border-radius: 6px; font-size: .85rem }
        ins { color: var(--c2); text-decoration: none } del { color: var(--alarm); text-decoration: none }
        svg text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--soft);
          font-variant-numeric: tabular-nums }
        svg .name { fill: var(--ink); font-size: 13px } svg .strong { fill: var(--ink); font-weight: 600 }
        svg .on { fill: var(--paper) } svg .off { fill: var(--ink) }
        .gridline { stroke: var(--rule); stroke-width: 1 } .axis { stroke: var(--soft); stroke-width: 1 }
        .curve { fill: none; stroke-width: 2; stroke-linejoin: round } .band { stroke: none; opacity: .16 }
        .curve.s0 { stroke: var(--c0) } .curve.s1 { stroke: var(--c1); stroke-dasharray: 7 3 }
        .curve.s2 { stroke: var(--c2); stroke-dasharray: 2 3 } .curve.s3 { stroke: var(--c3); stroke-dasharray: 9 3 2 3 }
        .curve.s4 { stroke: var(--c4); stroke-dasharray: 4 4 }
        .band.s0 { fill: var(--c0) } .band.s1 { fill: var(--c1) } .band.s2 { fill: var(--c2) }
        .band.s3 { fill: var(--c3) } .band.s4 { fill: var(--c4) }
        .column { fill: var(--c0) } .whisker { stroke: var(--ink); stroke-width: 1.5; opacity: .65 }
        .limits { fill: var(--soft); opacity: .13 } .target { stroke: var(--c1); stroke-width: 1.5; stroke-dasharray: 5 4 }
        .inside { fill: var(--c0) } .below { fill: var(--c2); stroke: var(--paper); stroke-width: 1.5 }
        .outside { fill: var(--alarm); stroke: var(--paper); stroke-width: 1.5 }
        .effect { stroke: var(--c4); stroke-width: 3; stroke-linecap: round; fill: var(--c4) }
        .effect.clear { stroke: var(--c0); fill: var(--c0) }
        .cell { fill: rgb(var(--heat)) } .cell.open { stroke: var(--soft); stroke-dasharray: 3 2 }
        .h0 { fill-opacity: .06 } .h1 { fill-opacity: .14 } .h2 { fill-opacity: .23 } .h3 { fill-opacity: .33 }
        .h4 { fill-opacity: .45 } .h5 { fill-opacity: .62 } .h6 { fill-opacity: .75 } .h7 { fill-opacity: .88 }
        .h8 { fill-opacity: 1 }
        @media (max-width: 40rem) { body { padding: 1.25rem .9rem 3rem } h1 { font-size: 1.5rem }
          .chart svg { min-width: 54rem } td:last-child:not(.num) { min-width: 18rem }
          tbody th { position: sticky; left: 0; background: var(--paper) } }
        @media print { :root { color-scheme: light; --paper: #ffffff; --ink: #000000; --soft: #444444; --rule: #bbbbbb;
          --fill: #ffffff; --accent: #1f5fbf; --alarm: #b3261e; --c0: #1f5fbf; --c1: #b4540a; --c2: #1d7f5f;
          --c3: #7a3fb0; --c4: #5f6672; --heat: 31 95 191; }
          body { max-width: none; padding: 0; font-size: 10.5pt } nav, details { display: none }
          section { break-inside: auto } figure, tr { break-inside: avoid } h2 { break-after: avoid }
          .scroll { overflow: visible } svg { min-width: 0 } th, td { white-space: normal }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact } }
        """
}
