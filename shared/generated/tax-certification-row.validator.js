// Written by `npm run validators`.
"use strict";
export const validate = validate20;
export default validate20;
const schema31 = {"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://vestry.example/schemas/tax-certification-row.json","type":"object","required":["payee","certification"],"properties":{"payee":{"type":"string","maxLength":100,"pattern":"^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"},"tax_id_type":{"type":["string","null"],"enum":["SSN","ITIN","EIN","FOREIGN",null]},"tax_id":{"type":["string","null"],"maxLength":40},"certification":{"type":"string","enum":["W9","W8BEN","W8BENE","NONE"]},"signed_on":{"type":["string","null"],"pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},"treaty_country":{"type":["string","null"],"pattern":"^[A-Z]{2}$"},"treaty_rate":{"type":["string","null"],"pattern":"^[0-9]{1,2}(\\.[0-9]{1,2}0*)?$"},"exempt_payee":{"type":["string","null"],"enum":["true","false",null]},"backup_withholding":{"type":["string","null"],"enum":["true","false",null]}}};
const func1 = (function ucs2length(str) {
    const len = str.length;
    let length = 0;
    let pos = 0;
    let value;
    while (pos < len) {
        length++;
        value = str.charCodeAt(pos++);
        if (value >= 0xd800 && value <= 0xdbff && pos < len) {
            // high surrogate, and there is a next character
            value = str.charCodeAt(pos);
            if ((value & 0xfc00) === 0xdc00)
                pos++; // low surrogate
        }
    }
    return length;
});
const pattern4 = new RegExp("^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$", "u");
const pattern5 = new RegExp("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "u");
const pattern6 = new RegExp("^[A-Z]{2}$", "u");
const pattern7 = new RegExp("^[0-9]{1,2}(\\.[0-9]{1,2}0*)?$", "u");

function validate20(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
/*# sourceURL="https://vestry.example/schemas/tax-certification-row.json" */;
let vErrors = null;
let errors = 0;
const evaluated0 = validate20.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if(((data.payee === undefined) && (missing0 = "payee")) || ((data.certification === undefined) && (missing0 = "certification"))){
validate20.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
if(data.payee !== undefined){
let data0 = data.payee;
const _errs1 = errors;
if(errors === _errs1){
if(typeof data0 === "string"){
if(func1(data0) > 100){
validate20.errors = [{instancePath:instancePath+"/payee",schemaPath:"#/properties/payee/maxLength",keyword:"maxLength",params:{limit: 100},message:"must NOT have more than 100 characters"}];
return false;
}
else {
if(!pattern4.test(data0)){
validate20.errors = [{instancePath:instancePath+"/payee",schemaPath:"#/properties/payee/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"},message:"must match pattern \""+"^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"+"\""}];
return false;
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/payee",schemaPath:"#/properties/payee/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs1 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.tax_id_type !== undefined){
let data1 = data.tax_id_type;
const _errs3 = errors;
if((typeof data1 !== "string") && (data1 !== null)){
validate20.errors = [{instancePath:instancePath+"/tax_id_type",schemaPath:"#/properties/tax_id_type/type",keyword:"type",params:{type: schema31.properties.tax_id_type.type},message:"must be string,null"}];
return false;
}
if(!(((((data1 === "SSN") || (data1 === "ITIN")) || (data1 === "EIN")) || (data1 === "FOREIGN")) || (data1 === null))){
validate20.errors = [{instancePath:instancePath+"/tax_id_type",schemaPath:"#/properties/tax_id_type/enum",keyword:"enum",params:{allowedValues: schema31.properties.tax_id_type.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.tax_id !== undefined){
let data2 = data.tax_id;
const _errs5 = errors;
if((typeof data2 !== "string") && (data2 !== null)){
validate20.errors = [{instancePath:instancePath+"/tax_id",schemaPath:"#/properties/tax_id/type",keyword:"type",params:{type: schema31.properties.tax_id.type},message:"must be string,null"}];
return false;
}
if(errors === _errs5){
if(typeof data2 === "string"){
if(func1(data2) > 40){
validate20.errors = [{instancePath:instancePath+"/tax_id",schemaPath:"#/properties/tax_id/maxLength",keyword:"maxLength",params:{limit: 40},message:"must NOT have more than 40 characters"}];
return false;
}
}
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.certification !== undefined){
let data3 = data.certification;
const _errs7 = errors;
if(typeof data3 !== "string"){
validate20.errors = [{instancePath:instancePath+"/certification",schemaPath:"#/properties/certification/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if(!((((data3 === "W9") || (data3 === "W8BEN")) || (data3 === "W8BENE")) || (data3 === "NONE"))){
validate20.errors = [{instancePath:instancePath+"/certification",schemaPath:"#/properties/certification/enum",keyword:"enum",params:{allowedValues: schema31.properties.certification.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs7 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.signed_on !== undefined){
let data4 = data.signed_on;
const _errs9 = errors;
if((typeof data4 !== "string") && (data4 !== null)){
validate20.errors = [{instancePath:instancePath+"/signed_on",schemaPath:"#/properties/signed_on/type",keyword:"type",params:{type: schema31.properties.signed_on.type},message:"must be string,null"}];
return false;
}
if(errors === _errs9){
if(typeof data4 === "string"){
if(!pattern5.test(data4)){
validate20.errors = [{instancePath:instancePath+"/signed_on",schemaPath:"#/properties/signed_on/pattern",keyword:"pattern",params:{pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},message:"must match pattern \""+"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"+"\""}];
return false;
}
}
}
var valid0 = _errs9 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.treaty_country !== undefined){
let data5 = data.treaty_country;
const _errs11 = errors;
if((typeof data5 !== "string") && (data5 !== null)){
validate20.errors = [{instancePath:instancePath+"/treaty_country",schemaPath:"#/properties/treaty_country/type",keyword:"type",params:{type: schema31.properties.treaty_country.type},message:"must be string,null"}];
return false;
}
if(errors === _errs11){
if(typeof data5 === "string"){
if(!pattern6.test(data5)){
validate20.errors = [{instancePath:instancePath+"/treaty_country",schemaPath:"#/properties/treaty_country/pattern",keyword:"pattern",params:{pattern: "^[A-Z]{2}$"},message:"must match pattern \""+"^[A-Z]{2}$"+"\""}];
return false;
}
}
}
var valid0 = _errs11 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.treaty_rate !== undefined){
let data6 = data.treaty_rate;
const _errs13 = errors;
if((typeof data6 !== "string") && (data6 !== null)){
validate20.errors = [{instancePath:instancePath+"/treaty_rate",schemaPath:"#/properties/treaty_rate/type",keyword:"type",params:{type: schema31.properties.treaty_rate.type},message:"must be string,null"}];
return false;
}
if(errors === _errs13){
if(typeof data6 === "string"){
if(!pattern7.test(data6)){
validate20.errors = [{instancePath:instancePath+"/treaty_rate",schemaPath:"#/properties/treaty_rate/pattern",keyword:"pattern",params:{pattern: "^[0-9]{1,2}(\\.[0-9]{1,2}0*)?$"},message:"must match pattern \""+"^[0-9]{1,2}(\\.[0-9]{1,2}0*)?$"+"\""}];
return false;
}
}
}
var valid0 = _errs13 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.exempt_payee !== undefined){
let data7 = data.exempt_payee;
const _errs15 = errors;
if((typeof data7 !== "string") && (data7 !== null)){
validate20.errors = [{instancePath:instancePath+"/exempt_payee",schemaPath:"#/properties/exempt_payee/type",keyword:"type",params:{type: schema31.properties.exempt_payee.type},message:"must be string,null"}];
return false;
}
if(!(((data7 === "true") || (data7 === "false")) || (data7 === null))){
validate20.errors = [{instancePath:instancePath+"/exempt_payee",schemaPath:"#/properties/exempt_payee/enum",keyword:"enum",params:{allowedValues: schema31.properties.exempt_payee.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs15 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.backup_withholding !== undefined){
let data8 = data.backup_withholding;
const _errs17 = errors;
if((typeof data8 !== "string") && (data8 !== null)){
validate20.errors = [{instancePath:instancePath+"/backup_withholding",schemaPath:"#/properties/backup_withholding/type",keyword:"type",params:{type: schema31.properties.backup_withholding.type},message:"must be string,null"}];
return false;
}
if(!(((data8 === "true") || (data8 === "false")) || (data8 === null))){
validate20.errors = [{instancePath:instancePath+"/backup_withholding",schemaPath:"#/properties/backup_withholding/enum",keyword:"enum",params:{allowedValues: schema31.properties.backup_withholding.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs17 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
}
}
}
else {
validate20.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate20.errors = vErrors;
return errors === 0;
}
validate20.evaluated = {"props":{"payee":true,"tax_id_type":true,"tax_id":true,"certification":true,"signed_on":true,"treaty_country":true,"treaty_rate":true,"exempt_payee":true,"backup_withholding":true},"dynamicProps":false,"dynamicItems":false};
