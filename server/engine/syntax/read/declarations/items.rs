//! Collects the declarations of a file's items.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode,
    ast::{self, HasAttrs, HasGenericParams, HasModuleItem, HasName},
};

use super::{Constant, FileNames, Signature, TypeShape, bare};
use crate::syntax::{has_child, has_child_of, text_of};

pub(super) fn collect(root: &SyntaxNode) -> FileNames {
    let mut declared = FileNames::default();
    if let Some(file) = ast::SourceFile::cast(root.clone()) {
        let items = file.items();
        items.for_each(|item| add_item(&mut declared, item));
    }
    declared
}

fn add_item(declared: &mut FileNames, item: ast::Item) {
    if let Some(generic) = ast::AnyHasGenericParams::cast(item.syntax().clone()) {
        add_const_parameters(declared, &generic);
    }
    match item {
        ast::Item::Fn(function) => add_function(declared, &function, None),
        ast::Item::Impl(block) => add_impl(declared, &block),
        ast::Item::Trait(block) => {
            add_type(declared, &block, TypeShape::Other);
            add_associated(declared, block.assoc_item_list(), &[]);
        }
        ast::Item::Module(module) => {
            declared.modules.extend(name_of(&module));
            let items = module.item_list().into_iter().flat_map(|list| list.items());
            items.for_each(|item| add_item(declared, item));
        }
        ast::Item::Struct(structure) => add_struct(declared, &structure),
        ast::Item::Enum(choice) => add_enum(declared, &choice),
        ast::Item::Union(union) => add_type(declared, &union, TypeShape::Other),
        ast::Item::TypeAlias(alias) => {
            add_type(declared, &alias, TypeShape::Other);
            add_alias(declared, &alias);
        }
        ast::Item::MacroRules(definition) => add_macro(declared, &definition),
        ast::Item::MacroDef(definition) => add_macro(declared, &definition),
        ast::Item::Use(import) => {
            if let Some(tree) = import.use_tree() {
                add_import(declared, &tree);
            }
        }
        ast::Item::Const(constant) => add_const(declared, &constant),
        ast::Item::Static(constant) => add_static(declared, &constant),
        ast::Item::ExternBlock(block) => add_extern(declared, &block),
        _ => {}
    }
}

fn add_function(declared: &mut FileNames, function: &ast::Fn, outer: Option<&[String]>) {
    let own = type_parameters(function);
    let has_self = function
        .param_list()
        .is_some_and(|list| list.self_param().is_some());
    let outer = outer.unwrap_or_default();
    let gives = function.ret_type().and_then(|ty| ty.ty());
    let mentions = |names: &[String]| {
        let ty = gives.as_ref().filter(|_| !names.is_empty());
        ty.is_some_and(|ty| {
            let mut words = words(ty.syntax());
            words.any(|word| names.contains(&word))
        })
    };
    let signature = Signature {
        gives: gives.as_ref().map_or("()".to_owned(), type_text),
        is_generic: mentions(&own) || (!has_self && mentions(outer)),
        must_use: has_attribute(function, "must_use"),
    };
    let Some(name) = name_of(function) else {
        return;
    };
    let all = if has_self {
        &mut declared.methods
    } else {
        &mut declared.functions
    };
    all.entry(name).or_default().push(signature);
    let body = function.body().and_then(|body| body.stmt_list());
    // Few functions contain items.
    let body = body.filter(|list| has_child_of(list.syntax(), ast::Item::can_cast));
    let statements = body.into_iter().flat_map(|list| list.statements());
    for statement in statements {
        if let ast::Stmt::Item(item) = statement {
            add_item(declared, item);
        }
    }
}

fn add_impl(declared: &mut FileNames, block: &ast::Impl) {
    let own = block.self_ty().map(|ty| type_text(&ty));
    if let (Some(of), Some(own)) = (block.trait_(), &own) {
        let bare_type = own.split_once('<').map_or(&**own, |(name, _)| name);
        let last = bare_type.rsplit("::").next().unwrap_or(bare_type);
        let of = type_text(&of);
        let of = if of.contains('<') {
            of
        } else {
            super::head_of(&of).to_owned()
        };
        declared.impls.push((of, last.to_owned()));
    }
    add_associated(declared, block.assoc_item_list(), &type_parameters(block));
}

/// `Self` counts as a generic parameter if a trait declares the function.
fn add_associated(
    declared: &mut FileNames,
    list: Option<ast::AssocItemList>,
    parameters: &[String],
) {
    let of_trait = ["Self".to_owned()];
    let items: Vec<_> = list
        .into_iter()
        .flat_map(|list| list.assoc_items())
        .collect();
    for item in items {
        let is_in_trait = item
            .syntax()
            .parent()
            .and_then(|list| list.parent())
            .is_some_and(|owner| owner.kind() == SyntaxKind::TRAIT);
        let outer = if is_in_trait { &of_trait } else { parameters };
        match item {
            ast::AssocItem::Fn(function) => {
                add_const_parameters(declared, &function);
                add_function(declared, &function, Some(outer));
            }
            ast::AssocItem::Const(constant) => add_const(declared, &constant),
            _ => {}
        }
    }
}

fn add_struct(declared: &mut FileNames, structure: &ast::Struct) {
    let shape = match structure.field_list() {
        None => TypeShape::UnitStruct,
        Some(fields) => {
            add_fields(declared, &fields);
            TypeShape::Struct
        }
    };
    add_type(declared, structure, shape);
}

fn add_fields(declared: &mut FileNames, fields: &ast::FieldList) {
    match fields {
        ast::FieldList::RecordFieldList(list) => {
            for field in list.fields() {
                if let (Some(name), Some(ty)) = (name_of(&field), field.ty()) {
                    add_field(declared, name, &ty);
                }
            }
        }
        ast::FieldList::TupleFieldList(list) => {
            for (place, field) in list.fields().enumerate() {
                if let Some(ty) = field.ty() {
                    add_field(declared, place.to_string(), &ty);
                }
            }
        }
    }
}

fn add_field(declared: &mut FileNames, name: String, ty: &ast::Type) {
    let all = declared.fields.entry(name).or_default();
    all.push(type_text(ty));
}

fn add_enum(declared: &mut FileNames, choice: &ast::Enum) {
    let variants = choice.variant_list().into_iter();
    let names = variants
        .flat_map(|list| list.variants())
        .map(|variant| name_of(&variant).unwrap_or_default());
    let plain = name_of(choice).filter(|_| choice.generic_param_list().is_none());
    let mut variants = 0;
    for name in names {
        variants += 1;
        let owners = declared.variants.entry(name).or_default();
        owners.push(plain.clone());
    }
    add_type(declared, choice, TypeShape::Enum { variants });
}

fn add_alias(declared: &mut FileNames, alias: &ast::TypeAlias) {
    if let (Some(name), Some(ty)) = (name_of(alias), alias.ty()) {
        let all = declared.aliases.entry(name).or_default();
        all.push(type_text(&ty));
    }
}

fn add_type(declared: &mut FileNames, item: &impl HasName, shape: TypeShape) {
    if let Some(name) = name_of(item) {
        declared.types.entry(name).or_default().push(shape);
    }
}

fn add_macro(declared: &mut FileNames, definition: &impl HasName) {
    let Some(name) = name_of(definition) else {
        return;
    };
    let body = declared.macros.entry(name).or_default();
    body.words.extend(words(definition.syntax()));
}

fn add_import(declared: &mut FileNames, tree: &ast::UseTree) {
    if let Some(list) = tree.use_tree_list() {
        let trees = list.use_trees();
        return trees.for_each(|tree| add_import(declared, &tree));
    }
    let renamed = tree.rename().map(|rename| name_of(&rename));
    let last = tree.path().and_then(|path| path.segment()?.name_ref());
    let last = last.map(|name| bare(name.text()).to_owned());
    declared.imports.extend(renamed.unwrap_or(last));
}

fn add_const(declared: &mut FileNames, constant: &ast::Const) {
    let ty = constant.ty().map(|ty| type_text(&ty));
    let constant = name_of(constant);
    add_constant(declared, constant, Constant::Const(ty.unwrap_or_default()));
}

fn add_static(declared: &mut FileNames, constant: &ast::Static) {
    let ty = constant.ty().map(|ty| type_text(&ty));
    let constant = name_of(constant);
    add_constant(declared, constant, Constant::Static(ty.unwrap_or_default()));
}

fn add_constant(declared: &mut FileNames, name: Option<String>, constant: Constant) {
    if let Some(name) = name {
        declared.constants.entry(name).or_default().push(constant);
    }
}

fn add_extern(declared: &mut FileNames, block: &ast::ExternBlock) {
    let items = block.extern_item_list().into_iter();
    for item in items.flat_map(|list| list.extern_items()) {
        match item {
            ast::ExternItem::Fn(function) => add_function(declared, &function, None),
            ast::ExternItem::Static(constant) => add_static(declared, &constant),
            _ => {}
        }
    }
}

fn add_const_parameters(declared: &mut FileNames, item: &impl HasGenericParams) {
    let parameters = parameters_of(item).into_iter();
    for parameter in parameters.flat_map(|list| list.generic_params()) {
        if let ast::GenericParam::ConstParam(parameter) = parameter {
            let ty = parameter.ty().map(|ty| type_text(&ty));
            let constant = Constant::Parameter(ty.unwrap_or_default());
            add_constant(declared, name_of(&parameter), constant);
        }
    }
}

/// Few items have any.
fn parameters_of(item: &impl HasGenericParams) -> Option<ast::GenericParamList> {
    let has_any = has_child(item.syntax(), SyntaxKind::GENERIC_PARAM_LIST);
    has_any.then(|| item.generic_param_list()).flatten()
}

fn type_parameters(item: &impl HasGenericParams) -> Vec<String> {
    let parameters = parameters_of(item).into_iter();
    let parameters = parameters.flat_map(|list| list.generic_params());
    let names = parameters.filter_map(|parameter| match parameter {
        ast::GenericParam::TypeParam(parameter) => name_of(&parameter),
        _ => None,
    });
    names.collect()
}

fn name_of(item: &impl HasName) -> Option<String> {
    item.name().map(|name| bare(name.text()).to_owned())
}

fn has_attribute(item: &impl HasAttrs, wanted: &str) -> bool {
    if !has_child(item.syntax(), SyntaxKind::ATTR) {
        return false;
    }
    item.attrs().any(|attribute| {
        let bare = crate::syntax::attributes::bare(&attribute);
        crate::syntax::attributes::name(&bare) == wanted
    })
}

/// The text of a type, with white space collapsed to single spaces.
fn type_text(ty: &ast::Type) -> String {
    let text = text_of(ty.syntax());
    if !text.contains(char::is_whitespace) {
        return text;
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.replace("& ", "&")
}

fn words(node: &SyntaxNode) -> impl Iterator<Item = String> {
    let tokens = node
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let words =
        tokens.filter(|token| token.kind() == SyntaxKind::IDENT || is_keyword(token.kind()));
    words.map(|token| bare(token.text()).to_owned())
}

fn is_keyword(kind: SyntaxKind) -> bool {
    kind.is_keyword(ra_ap_syntax::Edition::LATEST)
}
