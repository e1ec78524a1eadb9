//! Articles and readings made by hand, for tests of the index and of search.

use whosaid::article::{
    Article, Entity, Kind, Origin, Person, Place, Published, PublishedFrom, Reading, Said, Speaker,
    SpeakerType, Stance, Statement,
};
use whosaid::index::{Settings, Writer, documents};
use whosaid::text::Span;

/// One statement of a hand-made article: a sentence of the form `"CONTENT," NAME said.`
#[derive(Clone, Debug, Default)]
pub(crate) struct Said1<'a> {
    pub(crate) speaker: &'a str,
    pub(crate) role: Option<&'a str>,
    pub(crate) content: &'a str,
    pub(crate) kind: Kind,
    pub(crate) stance: Stance,
    pub(crate) said: Option<(&'a str, &'a str)>,
    /// Index into the places of the article.
    pub(crate) place: Option<u32>,
    pub(crate) confidence: f32,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Article1<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    pub(crate) outlet: &'a str,
    pub(crate) byline: &'a str,
    pub(crate) published: &'a str,
    /// Paths, `/` between steps; the first is the dateline.
    pub(crate) places: Vec<&'a str>,
    pub(crate) statements: Vec<Said1<'a>>,
}

pub(crate) fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex()[..32].to_owned()
}

impl Article1<'_> {
    pub(crate) fn build(&self) -> (Article, Reading) {
        let mut text = format!("{}\n\n", self.title);
        let mut reading = Reading::default();
        for path in &self.places {
            let path: Vec<String> = path.split('/').map(ToOwned::to_owned).collect();
            reading.places.push(Place {
                name: path.last().unwrap().clone(),
                path,
                ..Place::default()
            });
        }
        reading.dateline = (!self.places.is_empty()).then_some(0);
        for said in &self.statements {
            let begin = text.len();
            // What is half quoted brings its own marks.
            let marks = said.kind != Kind::Mixed;
            text.extend(marks.then_some('“'));
            text.push_str(said.content);
            text.extend(marks.then_some('”'));
            let content = Span::new(begin, text.len());
            text.push(' ');
            let name = Span::new(text.len(), text.len() + said.speaker.len());
            text.push_str(said.speaker);
            text.push(' ');
            let cue = Span::new(text.len(), text.len() + 4);
            text.push_str("said.");
            let sentence = Span::new(begin, text.len());
            text.push_str("\n\n");
            reading.sentences.push(sentence);
            let person = reading.people.iter().position(|p| p.name == said.speaker);
            let person = person.unwrap_or_else(|| {
                reading.people.push(Person {
                    name: said.speaker.to_owned(),
                    role: said.role.map(ToOwned::to_owned),
                    ..Person::default()
                });
                reading.people.len() - 1
            });
            reading.people[person].mentions.push(name);
            let mut statement = Statement {
                kind: said.kind,
                content: vec![content],
                cue: vec![cue],
                source: vec![name],
                speaker: Speaker {
                    kind: if said.speaker.is_empty() {
                        SpeakerType::Unknown
                    } else {
                        SpeakerType::Named
                    },
                    name: Some(said.speaker.to_owned()).filter(|s| !s.is_empty()),
                    entity: Some(Entity::Person(person as u32)),
                    role: said.role.map(ToOwned::to_owned),
                    on_behalf_of: None,
                },
                stance: said.stance,
                said: said.said.map(|(from, to)| Said {
                    span: cue,
                    value: Some(from.to_owned()),
                    from: Some(from.parse().unwrap()),
                    to: Some(to.parse().unwrap()),
                }),
                place: said.place,
                confidence: if said.confidence == 0.0 {
                    0.9
                } else {
                    said.confidence
                },
                ..Statement::default()
            };
            statement.evidence.sentence = sentence;
            statement.evidence.paragraph = sentence;
            reading.statements.push(statement);
        }
        // Names within what was said.
        for i in 0..reading.places.len() {
            let name = reading.places[i].name.clone();
            reading.places[i].mentions = text
                .match_indices(&name)
                .map(|(at, m)| Span::new(at, at + m.len()))
                .collect();
        }
        let article = Article {
            id: self.id.to_owned(),
            key: hash(self.id),
            content_hash: hash(&text),
            origin: Origin {
                path: format!("{}.txt", self.id),
                record: None,
            },
            title: Some(self.title.to_owned()).filter(|t| !t.is_empty()),
            byline: Some(self.byline.to_owned())
                .filter(|b| !b.is_empty())
                .into_iter()
                .collect(),
            outlet: Some(self.outlet.to_owned()).filter(|o| !o.is_empty()),
            published: (!self.published.is_empty()).then(|| Published {
                date: self.published.parse().unwrap(),
                from: PublishedFrom::Metadata,
            }),
            language: Some("en".to_owned()),
            text,
            ..Article::default()
        };
        (article, reading)
    }
}

/// A fresh index of articles, in a folder that goes with the value.
pub(crate) fn index(articles: &[Article1<'_>]) -> tempfile::TempDir {
    index_of(articles.iter().map(Article1::build))
}

/// The same of articles that were changed after they were built.
pub(crate) fn index_of(articles: impl Iterator<Item = (Article, Reading)>) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = Writer::open(dir.path(), &Settings::default()).unwrap();
    for (article, reading) in articles {
        writer.put(documents::of(&article, &reading)).unwrap();
    }
    writer.finish().unwrap();
    dir
}
