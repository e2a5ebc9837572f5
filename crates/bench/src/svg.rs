//! Pictures by hand: text, boxes and lines, readable on light and dark pages and in a telephone's width.

use std::fmt::{Display, Write as _};

/// Width of a picture. Small, because whatever shows it shrinks it to its column: letters stay readable.
pub(crate) const WIDTH: f64 = 500.0;

/// A picture that grows downwards.
pub(crate) struct Svg {
    body: String,
    height: f64,
}

/// Where a text is held.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Svg {
    pub(crate) const fn new() -> Self {
        Self { body: String::new(), height: MARGIN }
    }

    /// Returns where the next thing goes, and takes so much height for it.
    pub(crate) fn take(&mut self, height: f64) -> f64 {
        let top = self.height;
        self.height += height;
        top
    }

    pub(crate) fn text(&mut self, x: f64, y: f64, anchor: Anchor, class: &str, text: impl Display) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escaped(&text.to_string());
        self.put(format_args!(
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" class="{class}">{text}</text>"#
        ));
    }

    pub(crate) fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, class: &str) {
        self.put(format_args!(
            r#"<rect x="{x:.1}" y="{y:.1}" width="{width:.1}" height="{height:.1}" class="{class}"/>"#
        ));
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        let ((x1, y1), (x2, y2)) = (from, to);
        self.put(format_args!(
            r#"<line x1="{x1:.1}" y1="{y1:.1}" x2="{x2:.1}" y2="{y2:.1}" class="{class}"/>"#
        ));
    }

    /// Draws a line through points, and a dot on each.
    pub(crate) fn curve(&mut self, points: &[(f64, f64)], class: &str) {
        let mut path = String::new();
        for (x, y) in points {
            // Writing to a string cannot fail.
            let _ = write!(path, "{x:.1},{y:.1} ");
        }
        self.put(format_args!(r#"<polyline points="{}" class="curve {class}"/>"#, path.trim_end()));
        for (x, y) in points {
            self.put(format_args!(r#"<circle cx="{x:.1}" cy="{y:.1}" r="3.5" class="{class}"/>"#));
        }
    }

    /// Returns the picture, which says in words what it shows.
    pub(crate) fn finish(self, title: &str) -> String {
        let (height, title) = (self.height + MARGIN, escaped(title));
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" width="{WIDTH}" height="{height:.0}" role="img">
<title>{title}</title>
<style>{STYLE}</style>
<rect width="100%" height="100%" rx="8" class="page"/>
{}</svg>
"#,
            self.body
        )
    }

    fn put(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.body, "{element}");
    }
}

const MARGIN: f64 = 14.0;

/// The page is painted too: a reader's theme may be the other one.
const STYLE: &str = "
text{font:13px system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#1f2328}
.title{font-weight:600;font-size:15px}.soft{fill:#59636e}
.page{fill:#ffffff}.grid{stroke:#d8dee4;stroke-width:1}.axis{stroke:#59636e;stroke-width:1.2}
.curve{fill:none;stroke-width:2.2}
.c0{fill:#0969da;stroke:#0969da}.c1{fill:#bc4c00;stroke:#bc4c00}.c2{fill:#8250df;stroke:#8250df}
.c3{fill:#6e7781;stroke:#6e7781}.c4{fill:#1a7f37;stroke:#1a7f37}.c5{fill:#bf3989;stroke:#bf3989}
rect.c0,rect.c1,rect.c2,rect.c3,rect.c4,rect.c5{stroke:none}
polyline.curve{fill:none}
.c1.curve{stroke-dasharray:7 3}.c2.curve{stroke-dasharray:2 3}.c3.curve{stroke-dasharray:9 3 2 3}.c4.curve{stroke-dasharray:4 2}
@media(prefers-color-scheme:dark){
text{fill:#e6edf3}.soft{fill:#9198a1}.page{fill:#0d1117}.grid{stroke:#30363d}.axis{stroke:#9198a1}
.c0{fill:#58a6ff;stroke:#58a6ff}.c1{fill:#f0883e;stroke:#f0883e}.c2{fill:#bc8cff;stroke:#bc8cff}
.c3{fill:#9198a1;stroke:#9198a1}.c4{fill:#3fb950;stroke:#3fb950}.c5{fill:#f778ba;stroke:#f778ba}
polyline.curve{fill:none}rect{stroke:none}}
";

/// Escapes what means something in XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
