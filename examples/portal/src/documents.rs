//! The documents that the portal shares: samples, compiled in.

/// A shared document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document {
    /// Its place: `/documents/{slug}`.
    pub slug: &'static str,
    pub title: &'static str,
    /// What it is, in one word.
    pub kind: &'static str,
    /// Who shares it.
    pub owner: &'static str,
    /// The day of its last change, for people.
    pub changed: &'static str,
    /// The same day, for machines.
    pub date: &'static str,
    /// One sentence for the list.
    pub summary: &'static str,
    /// Its parts: heading and paragraphs.
    pub parts: &'static [Part],
}

/// A part of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub heading: &'static str,
    /// The paragraphs below it.
    pub paragraphs: &'static [&'static str],
    /// The list below them, if any.
    pub items: &'static [&'static str],
}

impl Document {
    /// The document of this slug.
    pub(crate) fn find(slug: &str) -> Option<&'static Self> {
        all().iter().find(|document| document.slug == slug)
    }

    /// Its path below the public URL.
    pub fn path(&self) -> String {
        format!("/documents/{}", self.slug)
    }
}

/// All documents, newest first.
pub fn all() -> &'static [Document] {
    &DOCUMENTS
}

const DOCUMENTS: [Document; 6] = [
    Document {
        slug: "harbour-line-status",
        title: "Harbour Line: status in November",
        kind: "Report",
        owner: "Adele Vance",
        changed: "20 November 2026",
        date: "2026-11-20",
        summary: "Where the tram extension stands, what slipped, and what we need from partners by Friday.",
        parts: &[
            Part {
                heading: "In short",
                paragraphs: &[
                    "Track work between Mole and Customs House is done, two days early. The overhead line follows on Monday.",
                    "The quay wall needs more anchors than planned. That costs nine days at stop Fishmarket and none elsewhere.",
                ],
                items: &[],
            },
            Part {
                heading: "What we need from you",
                paragraphs: &["Please send these to Adele by Friday noon:"],
                items: &[
                    "Riverstone: the load figures for anchors 14 to 22",
                    "City lighting: a date for the two masts at Customs House",
                    "Everybody: holidays between 20 December and 7 January",
                ],
            },
        ],
    },
    Document {
        slug: "meeting-notes-17-november",
        title: "Notes of the partner meeting, 17 November",
        kind: "Notes",
        owner: "Diego Siciliani",
        changed: "18 November 2026",
        date: "2026-11-18",
        summary: "Decisions, open points and who takes them, from the meeting with Riverstone and the city.",
        parts: &[
            Part {
                heading: "Decided",
                paragraphs: &[],
                items: &[
                    "The temporary stop stays at the fish hall until the quay wall is finished.",
                    "Night work only from Monday to Thursday, never before 22:00 on market days.",
                    "One shared list of defects, kept in this portal; no more lists by mail.",
                ],
            },
            Part {
                heading: "Open",
                paragraphs: &[
                    "Who pays for the second survey of the quay wall. Diego asks the insurer and reports on 24 November.",
                ],
                items: &[],
            },
        ],
    },
    Document {
        slug: "safety-plan",
        title: "Safety plan for work beside the water",
        kind: "Plan",
        owner: "Miriam Graham",
        changed: "9 November 2026",
        date: "2026-11-09",
        summary: "Rules for everybody on site, with the phone chain and the place of each rescue ring.",
        parts: &[
            Part {
                heading: "Before you start",
                paragraphs: &[
                    "Nobody works alone within two metres of the edge. The shift begins with the weather call at 06:30.",
                ],
                items: &[
                    "Life vest on, also in the cabin of the crane",
                    "Radio on channel 6, tested with the harbour master",
                    "Ladders 3 and 7 free at all times",
                ],
            },
            Part {
                heading: "If somebody falls in",
                paragraphs: &[
                    "Shout, throw the nearest ring, keep your eyes on the person. A second one calls channel 6. Nobody jumps after them.",
                ],
                items: &[],
            },
        ],
    },
    Document {
        slug: "budget-second-quarter",
        title: "Budget: second quarter against plan",
        kind: "Figures",
        owner: "Lee Gu",
        changed: "2 November 2026",
        date: "2026-11-02",
        summary: "What was spent, what was promised, and the three lines that need an explanation.",
        parts: &[
            Part {
                heading: "Summary",
                paragraphs: &[
                    "We spent 4.1 of 4.4 million. Steel was cheaper than planned, the survey of the quay wall was not planned at all.",
                ],
                items: &[
                    "Track and sleepers: 1.9 million, 6 % under plan",
                    "Quay wall: 0.8 million, 21 % over plan",
                    "Stops and lighting: 1.4 million, on plan",
                ],
            },
            Part {
                heading: "Next",
                paragraphs: &["The forecast for the third quarter follows when the anchors are ordered."],
                items: &[],
            },
        ],
    },
    Document {
        slug: "stop-design-fishmarket",
        title: "Stop Fishmarket: design for comment",
        kind: "Design",
        owner: "Adele Vance",
        changed: "26 October 2026",
        date: "2026-10-26",
        summary: "Two roofs, one bench that is long enough, and how wheelchairs reach the quay.",
        parts: &[
            Part {
                heading: "What we propose",
                paragraphs: &[
                    "A roof of 18 metres that stands on four columns, open to the water. Boarding is level at all doors; the ramp to the quay rises 4 % at most.",
                    "The bench runs the whole length and is warm in winter: it hides the pipes that keep the points free of ice.",
                ],
                items: &[],
            },
            Part {
                heading: "Please comment on",
                paragraphs: &[],
                items: &[
                    "Where bicycles wait",
                    "Whether the fish hall keeps its delivery door",
                    "The colour. It will be green, but which",
                ],
            },
        ],
    },
    Document {
        slug: "welcome",
        title: "Welcome to the Project Portal",
        kind: "Guide",
        owner: "Fabrikam",
        changed: "1 October 2026",
        date: "2026-10-01",
        summary: "For guests: how to get in, what you can see, and whom to ask.",
        parts: &[
            Part {
                heading: "How you get in",
                paragraphs: &[
                    "You need no password with us. You prove your mail address, with a code that is mailed to you or with the account that you have anyway.",
                    "Each document has an address of its own. Pass it on freely: only people who were invited can read what is behind it.",
                ],
                items: &[],
            },
            Part {
                heading: "Whom to ask",
                paragraphs: &[
                    "Adele Vance invites guests and takes them off again. Write to her if you miss a document.",
                ],
                items: &[],
            },
        ],
    },
];
