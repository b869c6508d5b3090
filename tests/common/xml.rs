//! Checks an XML document against an XML Schema of the few words that the schemas here use: global elements, sequences
//! of references, attributes.

use roxmltree::{Document, Node};

/// Everything in `document` that `schema` forbids. A document that is not well-formed stops the test.
pub(crate) fn violations(schema: &str, document: &str) -> Vec<String> {
    let schema = Document::parse(schema).expect("the schema is XML");
    let document = Document::parse(document).unwrap_or_else(|error| panic!("not well-formed: {error}\n{document}"));
    let mut found = Vec::new();
    check(schema.root_element(), document.root_element(), &mut found);
    found
}

fn check(schema: Node<'_, '_>, element: Node<'_, '_>, found: &mut Vec<String>) {
    let name = element.tag_name().name();
    let Some(declared) = schema.children().find(|child| child.attribute("name") == Some(name)) else {
        return found.push(format!("<{name}> is not described"));
    };
    let Some(declared) = declared.children().find(Node::is_element) else {
        assert_eq!(declared.attribute("type"), Some("xs:string"), "<{name}> is text");
        found.extend(element.children().find(Node::is_element).map(|_| format!("<{name}> holds more than text")));
        return;
    };
    assert_eq!(declared.tag_name().name(), "complexType");
    check_attributes(declared, element, found);
    let sequence = declared.children().find(|child| child.tag_name().name() == "sequence");
    let mut children = element.children().filter(Node::is_element).peekable();
    for particle in sequence.iter().flat_map(Node::children).filter(Node::is_element) {
        let expected = particle.attribute("ref").expect("a sequence refers to elements");
        let mut count = 0;
        while let Some(child) = children.next_if(|child| child.tag_name().name() == expected) {
            check(schema, child, found);
            count += 1;
        }
        if count < particle.attribute("minOccurs").map_or(1, |least| least.parse().unwrap()) {
            found.push(format!("<{name}> has too few <{expected}>"));
        }
        if particle.attribute("maxOccurs").is_none_or(|most| most != "unbounded") && count > 1 {
            found.push(format!("<{name}> has too many <{expected}>"));
        }
    }
    found.extend(children.map(|child| format!("<{name}> holds a <{}> there", child.tag_name().name())));
    let mut texts = element.children().filter(Node::is_text);
    if declared.attribute("mixed") != Some("true")
        && texts.any(|text| !text.text().unwrap_or_default().trim().is_empty())
    {
        found.push(format!("<{name}> holds text"));
    }
}

fn check_attributes(declared: Node<'_, '_>, element: Node<'_, '_>, found: &mut Vec<String>) {
    let name = element.tag_name().name();
    let attributes: Vec<_> = declared.children().filter(|child| child.tag_name().name() == "attribute").collect();
    let named = |wanted: &str| attributes.iter().find(|attribute| attribute.attribute("name") == Some(wanted));
    for attribute in element.attributes() {
        let Some(declared) = named(attribute.name()) else {
            found.push(format!("<{name} {}> is not described", attribute.name()));
            continue;
        };
        let values: Vec<_> = declared.descendants().filter(|node| node.tag_name().name() == "enumeration").collect();
        let fits = match declared.attribute("type") {
            Some("xs:string") => true,
            Some("xs:positiveInteger") => attribute.value().parse::<u32>().is_ok_and(|number| number > 0),
            None => values.iter().any(|value| value.attribute("value") == Some(attribute.value())),
            Some(other) => panic!("the type {other} is not understood by tests/common/xml.rs"),
        };
        if !fits {
            found.push(format!("<{name} {}=\"{}\">", attribute.name(), attribute.value()));
        }
    }
    let required = attributes.iter().filter(|attribute| attribute.attribute("use") == Some("required"));
    let missing = required.filter_map(|attribute| attribute.attribute("name")).filter(|it| !element.has_attribute(*it));
    found.extend(missing.map(|missing| format!("<{name}> has no {missing}")));
}
